using System.Data;
using System.Data.Common;
using Dapper;
using Npgsql;
using Payments.Application;

namespace Payments.Infrastructure;

/// <summary>Makes the data sources of a process: one for each purpose, all alike but for their size.</summary>
public static class Database
{
    /// <summary>The schema of this service's own tables.</summary>
    public const string Schema = "payments";

    /// <summary>The schema of Hangfire's tables.</summary>
    public const string HangfireSchema = "hangfire";

    /// <summary>The most connections the operator allows a process (<c>Maximum Pool Size</c>); null when the connection string does not say.</summary>
    public static int? MostConnections(string connectionString)
    {
        // Npgsql's own builder tells defaults and what was given apart by nothing.
        var given = new DbConnectionStringBuilder { ConnectionString = connectionString };
        string[] spellings = ["Maximum Pool Size", "MaxPoolSize"];
        return spellings.Any(given.ContainsKey) ? new NpgsqlConnectionStringBuilder(connectionString).MaxPoolSize : null;
    }

    /// <summary>Makes the data source of a purpose from a connection string, with the session settings every transaction relies on.</summary>
    /// <param name="most">How many connections it may have open at once; null: what the connection string says.</param>
    public static NpgsqlDataSource Create(string connectionString, Purpose purpose = Purpose.Jobs, int? most = null)
    {
        DefaultTypeMap.MatchNamesWithUnderscores = true;
        SqlMapper.AddTypeHandler(new UtcTimes());

        var settings = new NpgsqlConnectionStringBuilder(connectionString)
        {
            SearchPath = Schema,
            ApplicationName = "payments",

            // What the connection string says of the pool is said of the whole process (ConnectionBudget). None is kept open for nothing.
            Pooling = true,
            MinPoolSize = 0,

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

        settings.MaxPoolSize = most ?? settings.MaxPoolSize;

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
        return new NpgsqlDataSourceBuilder(settings.ConnectionString) { Name = "payments." + Wire.Name(purpose) }.Build();
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
