using System.Globalization;
using Microsoft.Extensions.Options;
using Npgsql;
using Payments.Application.Common;
using Payments.Infrastructure.Hosting;

namespace Payments.Infrastructure.Database;

/// <summary>Refuses a connection string that leads nowhere, or to too few connections for a process with these roles. Its password is in no sentence.</summary>
public sealed class ConnectionOptionsValidator(Roles roles) : IValidateOptions<ConnectionOptions>
{
    public ValidateOptionsResult Validate(string? name, ConnectionOptions options) => ConfigurationProblems.Of(Problems(options.Payments));

    private IEnumerable<ConfigurationProblem> Problems(string? text)
    {
        const string Key = "ConnectionStrings__Payments";
        const string Example = "a PostgreSQL connection string such as Host=db;Database=payments;Username=payments;Password=…";
        if (WhyUnreadable(text) is { } unreadable)
        {
            return [new(Key, unreadable, Example)];
        }

        var given = new NpgsqlConnectionStringBuilder(text);
        var least = ConnectionBudget.Min(roles);
        if (given.TargetSessionAttributes?.ToUpperInvariant() is "STANDBY" or "PREFER-STANDBY" or "PREFERSTANDBY" or "READ-ONLY" or "READONLY")
        {
            return [new(Key, $"names a standby (Target Session Attributes={given.TargetSessionAttributes})", "the primary, where rows can be written: leave it out")];
        }

        if (given.MinPoolSize > given.MaxPoolSize)
        {
            return [new(Key, string.Create(CultureInfo.InvariantCulture, $"has Minimum Pool Size={given.MinPoolSize} above Maximum Pool Size={given.MaxPoolSize}"), "the smaller one no larger")];
        }

        if (given.MaxPoolSize < least)
        {
            return [new(Key, string.Create(CultureInfo.InvariantCulture, $"has Maximum Pool Size={given.MaxPoolSize}, too few connections for {Names(roles)}"),
                string.Create(CultureInfo.InvariantCulture, $"Maximum Pool Size={least} or more, or none, which is {ConnectionBudget.Usual(roles)}"))];
        }

        if (given.ConnectionIdleLifetime < given.ConnectionPruningInterval)
        {
            return [new(Key, "has a Connection Idle Lifetime below Connection Pruning Interval", "the lifetime at least as long, or neither")];
        }

        return WhyNotBuilt(text!) is { } refusal ? [new(Key, $"is refused: {refusal}", Example)] : [];
    }

    private static string Names(Roles roles) => roles.ToString().Replace(" ", "", StringComparison.Ordinal).ToLowerInvariant();

    private static string? WhyUnreadable(string? text)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            return "is missing";
        }

        try
        {
            return string.IsNullOrEmpty(new NpgsqlConnectionStringBuilder(text).Host) ? "names no Host" : null;
        }
        catch (Exception wrong) when (wrong is ArgumentException or FormatException)
        {
            // Its own words may quote the password.
            return "is no connection string of PostgreSQL";
        }
    }

    private static string? WhyNotBuilt(string text)
    {
        try
        {
            new NpgsqlDataSourceBuilder(DatabaseSettings.Read(text).Connection.ConnectionString).Build().Dispose();
            return null;
        }
        catch (Exception wrong) when (wrong is ArgumentException or NotSupportedException or InvalidOperationException)
        {
            return wrong.Message;
        }
    }
}
