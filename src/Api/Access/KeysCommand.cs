using System.Globalization;
using FluentValidation;
using MediatR;
using Payments.Api.Hosting;
using Payments.Application.Access;
using Payments.Application.Common;
using Payments.Infrastructure.Database;
using Payments.Infrastructure.Hosting;

namespace Payments.Api.Access;

/// <summary>
/// <c>keys create|list|revoke|rotate</c>: API keys from the command line, with the configuration the service itself has. Whoever can run
/// this can read the database anyway, so it asks for no key.
/// </summary>
internal static class KeysCommand
{
    public const string Usage =
        """
        keys create --client NAME --scopes checkouts,payouts,ops [--expires 2027-01-31] [--payout-limit KES] [--daily-payout-limit KES]
        keys list   [--client NAME]
        keys revoke KEY_ID
        keys rotate KEY_ID [--overlap-minutes 1440]
        """;

    /// <summary>Runs one command; answers the exit code.</summary>
    public static async Task<int> Run(string[] args, TextWriter output)
    {
        var options = Options(args.Skip(2));
        if (args.Length < 2 || options is null)
        {
            await output.WriteLineAsync(Usage);
            return 2;
        }

        await using var provider = await Open(args);
        try
        {
            return await Run(args[1], options, provider.GetRequiredService<IMediator>(), output);
        }
        catch (ValidationException invalid)
        {
            foreach (var error in invalid.Errors)
            {
                await output.WriteLineAsync($"{error.PropertyName}: {error.ErrorMessage}");
            }

            return 2;
        }
    }

    /// <summary>Who runs a command, in the audit log.</summary>
    public static Caller Caller() => new("", SeesAll: true, null) { Actor = "command/" + Environment.UserName, Scopes = KeyScopes.All };

    /// <summary>The use cases over the configured database, without serving anything.</summary>
    /// <param name="database">Another database of the same server; null: the configured one.</param>
    public static async Task<ServiceProvider> Open(string[] args, string? database = null)
    {
        var settings = Settings.Read(WebApplication.CreateBuilder([.. args.Where(a => a.Contains(':', StringComparison.Ordinal))]).Configuration);
        if (settings.Problems.Where(p => p.Key.StartsWith("ConnectionStrings", StringComparison.Ordinal)).ToList() is { Count: > 0 } wrong)
        {
            throw new ConfigurationException(wrong);
        }

        var services = new ServiceCollection();
        services.AddLogging();
        var connection = database is null
            ? settings.ConnectionString
            : new Npgsql.NpgsqlConnectionStringBuilder(settings.ConnectionString) { Database = database }.ConnectionString;
        services.AddInfrastructure(connection, Roles.None, new("", ""));
        var provider = services.BuildServiceProvider();
        provider.GetRequiredService<Hangfire.PostgreSql.PostgreSqlStorageOptions>().SchemaName =
            await Migrator.Migrate(provider.GetRequiredService<Connections>().Pool, CancellationToken.None);
        return provider;
    }

    private static async Task<int> Run(string verb, Dictionary<string, string> options, IMediator mediator, TextWriter output)
    {
        var caller = Caller();
        switch (verb)
        {
            case "create" when TryDate(options, out var expires) && TryAmount(options, "payout-limit", out var each)
                    && TryAmount(options, "daily-payout-limit", out var daily):
                return await Print(
                    await mediator.Send(new CreateKey(
                        caller, options.GetValueOrDefault("client"), options.GetValueOrDefault("scopes")?.Split(',', StringSplitOptions.TrimEntries),
                        expires, each, daily)),
                    output);

            case "list":
                foreach (var key in await mediator.Send(new ListKeys(options.GetValueOrDefault("client"))))
                {
                    await output.WriteLineAsync(Line(key));
                }

                return 0;

            case "revoke" when PublicId.TryRead(PublicId.Key, options.GetValueOrDefault(""), out var id):
                return await Print(await mediator.Send(new RevokeKey(caller, id)), output);

            case "rotate" when PublicId.TryRead(PublicId.Key, options.GetValueOrDefault(""), out var id)
                    && int.TryParse(options.GetValueOrDefault("overlap-minutes", "1440"), NumberStyles.None, CultureInfo.InvariantCulture, out var minutes):
                return await Print(await mediator.Send(new RotateKey(caller, id, TimeSpan.FromMinutes(minutes))), output);

            default:
                await output.WriteLineAsync(Usage);
                return 2;
        }
    }

    private static async Task<int> Print(Result<KeyView> answer, TextWriter output)
    {
        if (answer.Value is not { } key)
        {
            await output.WriteLineAsync(answer.Refusal!.Detail);
            return 1;
        }

        await output.WriteLineAsync(Line(key));
        if (key.Key is { } text)
        {
            await output.WriteLineAsync($"The key, shown this once: {text}");
        }

        return 0;
    }

    private static string Line(KeyView key) => string.Create(
        CultureInfo.InvariantCulture,
        $"{key.Id}  …{key.Ending}  {key.Client}  {string.Join(',', key.Scopes)}  made {key.CreatedAt:u}  "
        + $"{(key.RevokedAt is { } at ? $"revoked {at:u}" : key.ExpiresAt is { } end ? $"expires {end:u}" : "does not expire")}  "
        + $"{(key.LastUsedAt is { } used ? $"used {used:u}" : "never used")}{Limit("payout", key.PayoutLimit)}{Limit("day", key.DailyPayoutLimit)}");

    private static string Limit(string what, decimal? shillings) =>
        shillings is { } most ? string.Create(CultureInfo.InvariantCulture, $"  at most KES {most} a {what}") : "";

    private static bool TryDate(Dictionary<string, string> options, out DateTimeOffset? date)
    {
        date = null;
        if (!options.TryGetValue("expires", out var text))
        {
            return true;
        }

        var valid = DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var read);
        date = valid ? read.ToUniversalTime() : null;
        return valid;
    }

    private static bool TryAmount(Dictionary<string, string> options, string name, out decimal? amount)
    {
        amount = null;
        if (!options.TryGetValue(name, out var text))
        {
            return true;
        }

        var valid = decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var read);
        amount = valid ? read : null;
        return valid;
    }

    /// <summary>Options by name, and under the empty name what stands alone; null when something is left over. Configuration (with a colon) is not ours.</summary>
    public static Dictionary<string, string>? Options(IEnumerable<string> args)
    {
        var options = new Dictionary<string, string>(StringComparer.Ordinal);
        string? name = null;
        foreach (var arg in args.Where(a => !(a.StartsWith("--", StringComparison.Ordinal) && a.Contains(':', StringComparison.Ordinal))))
        {
            if (arg.StartsWith("--", StringComparison.Ordinal))
            {
                if (name is not null)
                {
                    return null;
                }

                name = arg[2..];
            }
            else if (!options.TryAdd(name ?? "", arg))
            {
                return null;
            }
            else
            {
                name = null;
            }
        }

        return name is null ? options : null;
    }
}
