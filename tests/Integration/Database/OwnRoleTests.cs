using System.Text.RegularExpressions;
using Npgsql;
using Payments.Build;
using Payments.Infrastructure.Database;
using Xunit;

namespace Payments.Tests.Integration;

/// <summary>The service needs no superuser: what compose sets up, and what moves an older deployment there, is run here on a plain PostgreSQL.</summary>
public sealed partial class OwnRoleTests(TestDatabase databases)
{
    private const string Password = "a password' of its own";

    private static string Folder => Path.Combine(RepositoryRoot.Find(), "build", "database");

    [Fact]
    public async Task A_role_that_owns_its_database_and_nothing_else_is_enough()
    {
        var admin = await databases.CreateDatabase(isEmpty: true);
        await using var made = new MadeByScript(admin);
        await made.Run("role.sql");

        await Pays(made.ConnectionString);
    }

    [Fact]
    public async Task A_database_a_superuser_made_is_handed_over_with_what_is_in_it()
    {
        var admin = await databases.CreateDatabase();
        await using (var before = await PaymentsHost.StartOn(admin))
        {
            await before.Until(await before.Checkout("254700000000"), "paid");
        }

        await using var made = new MadeByScript(admin, new NpgsqlConnectionStringBuilder(admin).Database!);
        await made.Run("hand-over.sql");

        await Pays(made.ConnectionString);
        await using var source = NpgsqlDataSource.Create(made.ConnectionString);
        await Migrator.Migrate(source, CancellationToken.None);
        await using var command = source.CreateCommand(
            """
            CREATE TABLE payments.later (id int); ALTER TABLE payments.checkouts ADD COLUMN later int; DROP TABLE payments.later;
            SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE n.nspname NOT LIKE 'pg%' AND n.nspname <> 'information_schema' AND c.relowner <> (SELECT oid FROM pg_roles WHERE rolname = current_user)
            """);
        await using var reader = await command.ExecuteReaderAsync();
        Assert.True(await reader.ReadAsync() && reader.GetInt64(0) == 0, "Something is still the superuser's.");
    }

    [Fact]
    public void Compose_runs_that_script_and_connects_as_that_role()
    {
        var compose = File.ReadAllText(Path.Combine(RepositoryRoot.Find(), "build", "compose.yaml"));
        var operations = File.ReadAllText(Path.Combine(RepositoryRoot.Find(), "docs", "operations.md"));

        Assert.Contains("./database/init.sh:/docker-entrypoint-initdb.d/", compose, StringComparison.Ordinal);
        Assert.Contains("./database/role.sql:/payments/role.sql", compose, StringComparison.Ordinal);
        Assert.Contains("-f /payments/role.sql", File.ReadAllText(Path.Combine(Folder, "init.sh")), StringComparison.Ordinal);
        Assert.Contains("POSTGRES_USER: postgres", compose, StringComparison.Ordinal);
        Assert.Contains("Username=payments;", operations, StringComparison.Ordinal);
    }

    private static async Task Pays(string connection)
    {
        await using var host = await PaymentsHost.StartOn(connection);
        await host.Until(await host.Checkout("254700000000"), "paid");
        await host.RegisterC2b();
        await host.Send(new Application.Privacy.ErasePersonalData());
        Assert.Equal("ready", await host.Readiness());
        Assert.False(await host.Sql<bool>("SELECT rolsuper OR rolcreaterole OR rolcreatedb OR rolreplication OR rolbypassrls FROM pg_roles WHERE rolname = current_user"));
        Assert.True(await host.Sql<bool>("SELECT pg_get_userbyid(datdba) = current_user FROM pg_database WHERE datname = current_database()"));
    }

    /// <summary>What a script of ours made, which goes when the test ends.</summary>
    private sealed partial class MadeByScript(string admin, string? existing = null) : IAsyncDisposable
    {
        private readonly string role = $"payments_role_{Guid.NewGuid():N}";
        private readonly string database = existing ?? $"payments_test_{Environment.ProcessId}_{Guid.NewGuid():N}";

        public string ConnectionString => new NpgsqlConnectionStringBuilder(admin) { Database = database, Username = role, Password = Password }.ConnectionString;

        /// <summary>Runs a script as psql would: variables, one statement at a time, and what <c>\gexec</c> makes.</summary>
        public async Task Run(string script)
        {
            await using var connection = await Open();
            var text = Comment().Replace(await File.ReadAllTextAsync(Path.Combine(Folder, script)), "")
                .Replace(":\"role\"", $"\"{role}\"", StringComparison.Ordinal).Replace(":'role'", $"'{role}'", StringComparison.Ordinal)
                .Replace(":\"database\"", $"\"{database}\"", StringComparison.Ordinal).Replace(":'password'", $"'{Password.Replace("'", "''", StringComparison.Ordinal)}'", StringComparison.Ordinal);
            foreach (Match statement in Statement().Matches(text))
            {
                var sql = statement.Groups[1].Value;
                foreach (var each in statement.Groups[2].Value == ";" ? [sql] : await Made(connection, sql))
                {
                    await using var command = new NpgsqlCommand(each, connection);
                    await command.ExecuteNonQueryAsync();
                }
            }
        }

        public async ValueTask DisposeAsync()
        {
            NpgsqlConnection.ClearAllPools();
            await using var connection = await Open();
            foreach (var sql in existing is null
                ? new[] { $"DROP DATABASE IF EXISTS {database} WITH (FORCE)", $"DROP ROLE IF EXISTS {role}" }
                : [$"REASSIGN OWNED BY {role} TO current_user", $"DROP OWNED BY {role}", $"DROP ROLE IF EXISTS {role}"])
            {
                // A drop waits for a checkpoint, which takes its time on a busy disk.
                await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 180 };
                await command.ExecuteNonQueryAsync();
            }
        }

        private async Task<NpgsqlConnection> Open()
        {
            var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(admin) { Pooling = false }.ConnectionString);
            await connection.OpenAsync();
            return connection;
        }

        private static async Task<List<string>> Made(NpgsqlConnection connection, string sql)
        {
            await using var command = new NpgsqlCommand(sql, connection);
            await using var reader = await command.ExecuteReaderAsync();
            var made = new List<string>();
            while (await reader.ReadAsync())
            {
                made.Add(reader.GetString(0));
            }

            return made;
        }

        [GeneratedRegex("^--.*$", RegexOptions.Multiline)]
        private static partial Regex Comment();

        [GeneratedRegex(@"(\S[\s\S]*?)\s*(;|\\gexec)\s*?$", RegexOptions.Multiline)]
        private static partial Regex Statement();
    }
}
