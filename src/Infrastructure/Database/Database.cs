using System.Data;
using Dapper;
using Npgsql;

namespace Payments.Infrastructure;

/// <summary>The one data source of a process, which Hangfire shares: two pools in one TransactionScope would fail at commit.</summary>
public static class Database
{
    /// <summary>The schema of this service's own tables.</summary>
    public const string Schema = "payments";

    /// <summary>The schema of Hangfire's tables.</summary>
    public const string HangfireSchema = "hangfire";

    /// <summary>Makes the data source from a connection string, with the session settings every transaction relies on.</summary>
    public static NpgsqlDataSource Create(string connectionString)
    {
        DefaultTypeMap.MatchNamesWithUnderscores = true;
        SqlMapper.AddTypeHandler(new UtcTimes());

        var settings = new NpgsqlConnectionStringBuilder(connectionString)
        {
            SearchPath = Schema,
            ApplicationName = "payments",

            // The same few statements run all day: parsed and planned once per connection.
            MaxAutoPrepare = 100,
            AutoPrepareMinUsages = 2,

            // Coming back to the pool costs seven statements of clearing up otherwise, on every transaction and every look of Hangfire's. Nothing
            // here leaves session state behind: locks are of transactions, the migrator resets what it set.
            NoResetOnClose = true,

            // A refused row is quoted in an error's detail, with names and numbers in it: not into any log, whatever the connection string says.
            IncludeErrorDetail = false,
            IncludeFailedBatchedCommand = false,

            // A dead peer is noticed in seconds, not after TCP's two hours.
            KeepAlive = 10,

            // Longer than any statement here should take; a stuck one is better ended than waited for.
            CommandTimeout = 15,
        };

        // Kerberos encryption is asked for at every connect otherwise, with a line on the console where its library is missing.
        if (!connectionString.Contains("Gss", StringComparison.OrdinalIgnoreCase))
        {
            settings.GssEncryptionMode = GssEncryptionMode.Disable;
        }

        // A frozen process must not hold others up for long: waiting for a row lock ends after 5 s (the work is tried again), a
        // transaction whose process stands still is ended by the server after 15 s.
        settings.Options = string.Join(
            ' ', settings.Options ?? "", "-c lock_timeout=5s", "-c idle_in_transaction_session_timeout=15s", "-c timezone=UTC").Trim();
        // Its name is the pool's label in metrics; without one that would be the connection string.
        return new NpgsqlDataSourceBuilder(settings.ConnectionString) { Name = "payments" }.Build();
    }

    /// <summary>Npgsql gives UTC DateTimes; everything here is a DateTimeOffset.</summary>
    private sealed class UtcTimes : SqlMapper.TypeHandler<DateTimeOffset>
    {
        public override DateTimeOffset Parse(object value) => value switch
        {
            DateTimeOffset offset => offset,
            DateTime time => new(DateTime.SpecifyKind(time, DateTimeKind.Utc)),
            _ => throw new DataException($"A {value.GetType().Name} is no point in time."),
        };

        public override void SetValue(IDbDataParameter parameter, DateTimeOffset value) => parameter.Value = value.ToUniversalTime();
    }
}
