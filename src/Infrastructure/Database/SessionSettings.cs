using Npgsql;

namespace Payments.Infrastructure.Database;

/// <summary>
/// What each session is told once it began. At connect, as <c>options</c>, a pooler would refuse them, or drop them without a word; and what
/// a database or a role has set of its own is overridden here for the service's sessions alone.
/// </summary>
internal static class SessionSettings
{
    /// <summary>Names and values, the values as PostgreSQL shows them.</summary>
    public static readonly IReadOnlyList<(string Name, string Value)> Ours =
    [
        ("search_path", DataSources.Schema),
        ("TimeZone", "UTC"),
        ("DateStyle", "ISO, MDY"),
        ("IntervalStyle", "postgres"),
        ("standard_conforming_strings", "on"),

        // A frozen process must not hold others up for long: waiting for a row lock ends after 5 s (the work is tried again), a transaction
        // whose process stands still is ended by the server after 15 s.
        ("lock_timeout", "5s"),
        ("idle_in_transaction_session_timeout", "15s"),

        // Each command has its own limit, kept by Npgsql; a shorter one of the server's would end a whole batch again and again.
        ("statement_timeout", "0"),

        // A pooled connection and one that listens are idle most of the time.
        ("idle_session_timeout", "0"),

        // Statements outside a transaction of ours, Hangfire's among them, are written for this one.
        ("default_transaction_isolation", "read committed"),
    ];

    /// <summary>The one statement that sets them: what a server is too old for not at all (so that it can be told its age), the last where it is wrong.</summary>
    private static readonly string Sql =
        $"""
        SELECT {string.Join(", ", Ours.Append(("transaction_timeout", "0")).Select(setting =>
            $"CASE WHEN current_setting('{setting.Item1}', true) IS NOT NULL THEN set_config('{setting.Item1}', '{setting.Item2}', false) END"))},
            -- An answered callback is durable: not so when the commit does not wait for the disk.
            CASE WHEN current_setting('synchronous_commit') = 'off' THEN set_config('synchronous_commit', 'on', false) END
        """;

    /// <summary>Sets them; for Npgsql, when it has opened a new physical connection.</summary>
    public static void Apply(NpgsqlConnection connection)
    {
        using var command = new NpgsqlCommand(Sql, connection);
        command.ExecuteNonQuery();
    }

    /// <inheritdoc cref="Apply"/>
    public static async Task ApplyAsync(NpgsqlConnection connection)
    {
        await using var command = new NpgsqlCommand(Sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>Those that do not hold though they were set, as <c>name is value</c>.</summary>
    public static async Task<IReadOnlyList<string>> NotInForce(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            $"""
            SELECT name || ' is ' || coalesce(nullif(current_setting(name), ''), 'empty')
            FROM unnest($1, $2) AS ours (name, value) WHERE current_setting(name) <> value
            """,
            connection)
        {
            Parameters =
            {
                new() { Value = Ours.Select(setting => setting.Name).ToArray() },
                new() { Value = Ours.Select(setting => setting.Value).ToArray() },
            },
        };
        return await Texts(command, cancellation);
    }

    /// <summary>What the database or role would have had in place of ours and that would have harmed, as <c>name=value</c>.</summary>
    public static async Task<IReadOnlyList<string>> Overridden(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            """
            SELECT name || '=' || reset_val || coalesce(unit, '') FROM pg_settings
            WHERE (name IN ('statement_timeout', 'idle_session_timeout', 'transaction_timeout') AND reset_val <> '0')
                OR (name = 'synchronous_commit' AND reset_val = 'off')
                OR (name = 'default_transaction_isolation' AND reset_val <> 'read committed')
                OR (name = 'standard_conforming_strings' AND reset_val <> 'on')
            ORDER BY name
            """,
            connection);
        return await Texts(command, cancellation);
    }

    private static async Task<IReadOnlyList<string>> Texts(NpgsqlCommand command, CancellationToken cancellation)
    {
        var texts = new List<string>();
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            texts.Add(reader.GetString(0));
        }

        return texts;
    }
}
