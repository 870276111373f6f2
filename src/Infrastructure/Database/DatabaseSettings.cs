using System.Data.Common;
using System.Globalization;
using Npgsql;
using Payments.Infrastructure.Hosting;

namespace Payments.Infrastructure.Database;

/// <summary>
/// What the service makes of an operator's connection string: where the database is and how to get in is his, what decides how the service
/// works is not. Each correction is one sentence for the log; what cannot be corrected is refused (<see cref="ConnectionOptionsValidator"/>).
/// </summary>
public sealed class DatabaseSettings
{
    /// <summary>The longest a connection attempt may take, in seconds; 0 would be for ever.</summary>
    private const int ConnectSeconds = 15;

    private DatabaseSettings(NpgsqlConnectionStringBuilder connection, IReadOnlyList<string> corrections) =>
        (Connection, Corrections) = (connection, corrections);

    /// <summary>What the data source is built from.</summary>
    public NpgsqlConnectionStringBuilder Connection { get; }

    /// <summary>What was written and is not used, with the reason.</summary>
    public IReadOnlyList<string> Corrections { get; }

    /// <summary>Reads a string that <see cref="ConnectionOptionsValidator"/> takes.</summary>
    /// <param name="roles">Says how many connections the process has where the string names no <c>Maximum Pool Size</c>: Npgsql's own 100 are more than a
    /// PostgreSQL as installed (97 in all) gives two processes.</param>
    public static DatabaseSettings Read(string text, Roles roles = Roles.None)
    {
        var (connection, corrections) = (new NpgsqlConnectionStringBuilder(text), new List<string>());
        var untouched = new NpgsqlConnectionStringBuilder();
        foreach (var (key, wanted, why) in Fixed(connection))
        {
            // Silence where nobody wrote anything.
            if (!Equals(connection[key] ?? "", wanted ?? "") && !Equals(connection[key] ?? "", untouched[key] ?? ""))
            {
                corrections.Add(string.Create(CultureInfo.InvariantCulture, $"{key}={connection[key]} in the connection string is not used: {why}."));
            }

            connection[key] = wanted;
        }

        if (connection.Timeout is < 1 or > ConnectSeconds)
        {
            corrections.Add(string.Create(CultureInfo.InvariantCulture, $"Timeout={connection.Timeout} in the connection string is not used: a dead server is noticed after {ConnectSeconds} s."));
            connection.Timeout = ConnectSeconds;
        }

        if (!Names(text, "MaximumPoolSize", "MaxPoolSize"))
        {
            connection.MaxPoolSize = Math.Max(ConnectionBudget.Usual(roles), connection.MinPoolSize);
        }

        // Kerberos encryption is asked for at every connect otherwise, with a line on the console where its library is missing.
        if (!text.Contains("Gss", StringComparison.OrdinalIgnoreCase))
        {
            connection.GssEncryptionMode = GssEncryptionMode.Disable;
        }

        return new(connection, corrections);
    }

    /// <summary>The same with no more connections than the server gives; what that changes is a correction.</summary>
    internal DatabaseSettings Within(ConnectionLimit? limit)
    {
        if (limit is not { } known || known.Max >= Connection.MaxPoolSize || known.Max < 1)
        {
            return this;
        }

        var fewer = new NpgsqlConnectionStringBuilder(Connection.ConnectionString) { MaxPoolSize = known.Max, MinPoolSize = Math.Min(Connection.MinPoolSize, known.Max) };
        var said = string.Create(CultureInfo.InvariantCulture, $"{known.Why} gives {known.Max} connections: this process opens no more, in place of {Connection.MaxPoolSize}.");
        return new(fewer, [.. Corrections, said + " Where several processes share them, set Maximum Pool Size so that all together have enough."]);
    }

    private static bool Names(string text, params string[] keys) => new DbConnectionStringBuilder { ConnectionString = text }.Keys.Cast<string>()
        .Any(key => keys.Contains(key.Replace(" ", "", StringComparison.Ordinal), StringComparer.OrdinalIgnoreCase));

    private static IEnumerable<(string Key, object? Wanted, string Why)> Fixed(NpgsqlConnectionStringBuilder given) =>
    [
        ("Enlist", true, "what belongs together would not be one transaction"),
        ("Multiplexing", false, "transactions, locks and LISTEN need a connection of their own"),
        ("Pooling", true, "the statements of one transaction could not share a connection"),

        // Coming back to the pool costs seven statements of clearing up otherwise, on every transaction and every look of Hangfire's. Nothing
        // here leaves session state behind: locks are of transactions, and what the migrator has set ends with its connections.
        ("No Reset On Close", true, "it would undo the session's settings, at seven statements for each transaction"),

        // Sent at connect a pooler refuses or forgets them: each session is told after it began (SessionSettings).
        ("Search Path", null, $"the service's tables are in schema {DataSources.Schema}"),
        ("Timezone", null, "times are UTC in every session of the service"),
        ("Client Encoding", "UTF8", "names and texts are UTF-8"),
        ("Encoding", "UTF8", "names and texts are UTF-8"),

        // Longer than any statement here should take; a stuck one is better ended than waited for.
        ("Command Timeout", 15, "a stuck statement is ended after 15 s, migrations and privacy searches excepted"),

        // A dead peer is noticed in seconds, not after TCP's two hours.
        ("Keepalive", 10, "a dead peer is noticed after 10 s"),

        // The same few statements run all day: parsed and planned once per connection.
        ("Max Auto Prepare", 100, "the service's statements are prepared once for each connection"),
        ("Auto Prepare Min Usages", 2, "the service's statements are prepared once for each connection"),

        // A refused row is quoted in an error's detail, with names and numbers in it: not into any log, whatever the connection string says.
        ("Include Error Detail", false, "names and numbers would come into the log"),
        ("Include Failed Batched Command", false, "names and numbers would come into the log"),
        ("Log Parameters", false, "names and numbers would come into the log"),
        ("Array Nullability Mode", ArrayNullabilityMode.Never, "the service reads arrays as they are by default"),
        ("Server Compatibility Mode", ServerCompatibilityMode.None, "the service needs PostgreSQL itself"),
        ("Application Name", "payments", "the service's sessions are known by that name"),

        // Every host is asked whether it is the primary; which one is asked first is of no use then.
        ("Load Balance Hosts", false, "every statement goes to the primary"),
        ("Target Session Attributes", given.Host?.Contains(',', StringComparison.Ordinal) == true ? "primary" : null, "every statement goes to the primary"),
    ];
}
