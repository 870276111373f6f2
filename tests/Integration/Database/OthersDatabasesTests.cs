using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Payments.Build;
using Payments.Infrastructure.Database;
using Payments.Infrastructure.Hosting;
using Xunit;

namespace Payments.Tests.Integration;

/// <summary>Databases as others set them up: with limits, settings and rights of their own.</summary>
public sealed class OthersDatabasesTests(TestDatabase databases)
{
    [Theory]
    [InlineData("statement_timeout = '200ms'", "idle_session_timeout = '300ms'", "idle_in_transaction_session_timeout = '100ms'", "lock_timeout = '1ms'")]
    [InlineData("TimeZone = 'Africa/Nairobi'", "DateStyle = 'German, DMY'", "IntervalStyle = 'iso_8601'", "bytea_output = 'escape'")]
    [InlineData("default_transaction_isolation = 'serializable'", "synchronous_commit = 'off'", "search_path = 'public'", "standard_conforming_strings = 'off'")]
    public async Task What_a_database_sets_for_its_sessions_is_overridden_for_ours(params string[] settings)
    {
        var connection = await databases.CreateDatabase(isEmpty: true);
        await Set(connection, settings);
        await using var host = await PaymentsHost.StartOn(connection);

        await WholeRun.Holds(host);
    }

    [Fact]
    public async Task A_role_that_owns_only_its_schema_carries_everything()
    {
        var connection = await databases.CreateDatabase(isEmpty: true);
        var role = await Role(connection, "CREATE SCHEMA payments AUTHORIZATION {0}");
        await using var host = await PaymentsHost.StartThrough(connection, role);

        await WholeRun.Holds(host);
        Assert.Equal("payments", await host.Sql<string>("SELECT name FROM jobs_schema"));
        Assert.Equal(0, await host.Sql<long>("SELECT count(*) FROM pg_namespace WHERE nspname LIKE '%hangfire%'"));
    }

    [Fact]
    public async Task A_role_that_owns_both_schemas_keeps_them_apart()
    {
        var connection = await databases.CreateDatabase(isEmpty: true);
        var role = await Role(connection, "CREATE SCHEMA payments AUTHORIZATION {0}; CREATE SCHEMA payments_hangfire AUTHORIZATION {0}");
        await using var host = await PaymentsHost.StartThrough(connection, role);

        await WholeRun.Holds(host);
        Assert.Equal("payments_hangfire", await host.Sql<string>("SELECT name FROM jobs_schema"));
    }

    [Fact]
    public async Task Without_a_schema_and_the_right_to_make_one_it_waits_and_says_what_for()
    {
        var connection = await databases.CreateDatabase(isEmpty: true);
        var role = await Role(connection, "");
        await using var host = await PaymentsHost.StartThrough(connection, role, "Wait=false");
        var state = host.Services.GetRequiredService<DatabaseState>();
        await PaymentsHost.Eventually(() => Task.FromResult(state.Problem is not null), "it says what is missing");
        var name = new NpgsqlConnectionStringBuilder(role).Username;
        Assert.Contains($"CREATE SCHEMA payments AUTHORIZATION {name}", state.Problem, StringComparison.Ordinal);

        await Execute(connection, $"CREATE SCHEMA payments AUTHORIZATION {name}");

        await PaymentsHost.Eventually(async () => await host.Readiness() == "ready", "it goes on");
    }

    [Fact]
    public async Task Tables_of_another_owner_are_named_before_they_are_met()
    {
        var connection = await databases.CreateDatabase();
        var role = await Role(connection, "GRANT USAGE ON SCHEMA payments, payments_hangfire TO {0}");

        var found = await Found(role, "database.schema");

        Assert.Equal(RequirementState.Waiting, found.State);
        Assert.Contains("OWNER TO", found.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_role_with_few_connections_gets_no_more_of_them()
    {
        var connection = await databases.CreateDatabase(isEmpty: true);
        var role = await Role(connection, "CREATE SCHEMA payments AUTHORIZATION {0}; ALTER ROLE {0} CONNECTION LIMIT 10");
        await using var host = await PaymentsHost.StartThrough(connection, role + ";Maximum Pool Size=50");

        Assert.Contains("gives 10 connections", Assert.Single(host.Services.GetRequiredService<DatabaseSettings>().Corrections), StringComparison.Ordinal);
        await WholeRun.Holds(host);
    }

    [Fact]
    public async Task A_server_with_few_connections_is_enough()
    {
        var folder = await TemporaryPostgresFolder.Create();
        await using var _ = folder;
        var (postgres, reason) = await LocalPostgres.Start(RepositoryRoot.Find(), folder.Path, ["max_connections=15", "superuser_reserved_connections=3", "autovacuum=off"], TestContext.Current.CancellationToken);
        Assert.SkipWhen(postgres is null, reason);

        // The tests' own look comes in by the reserved ones.
        await using var host = await PaymentsHost.StartOn(postgres!.ConnectionString + ";Maximum Pool Size=50");
        await WholeRun.Holds(host);
    }

    [Fact]
    public async Task Too_few_connections_for_the_work_are_said_in_a_sentence()
    {
        var connection = await databases.CreateDatabase();
        var role = await Role(connection, "ALTER ROLE {0} CONNECTION LIMIT 4");

        var found = await Found(role, "database.connections");

        Assert.Equal(RequirementState.Waiting, found.State);
        Assert.Contains("needs 10", found.Sentence, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("LATIN1")]
    [InlineData("SQL_ASCII")]
    public async Task Another_encoding_than_UTF8_ends_the_process_with_a_sentence(string encoding)
    {
        var home = new NpgsqlConnectionStringBuilder(await databases.CreateDatabase(isEmpty: true));
        var name = home.Database + "_" + encoding.ToLowerInvariant();
        await Execute(home.ConnectionString, $"CREATE DATABASE {name} TEMPLATE template0 ENCODING '{encoding}' LC_COLLATE 'C' LC_CTYPE 'C'");
        await using var host = await PaymentsHost.StartOn(new NpgsqlConnectionStringBuilder(home.ConnectionString) { Database = name }.ConnectionString, "Wait=false");

        await host.Ended();
        Assert.Contains($"is {encoding}", host.Services.GetRequiredService<DatabaseState>().Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_locale_of_letters_other_than_English_sorts_as_it_likes()
    {
        var home = new NpgsqlConnectionStringBuilder(await databases.CreateDatabase(isEmpty: true));
        var name = home.Database + "_icu";
        try
        {
            await Execute(home.ConnectionString, $"CREATE DATABASE {name} TEMPLATE template0 LOCALE_PROVIDER icu ICU_LOCALE 'sv-SE' LC_COLLATE 'C' LC_CTYPE 'C'");
        }
        catch (PostgresException none)
        {
            Assert.Skip($"This PostgreSQL has no ICU: {none.MessageText}");
        }

        await using var host = await PaymentsHost.StartOn(new NpgsqlConnectionStringBuilder(home.ConnectionString) { Database = name }.ConnectionString);
        await WholeRun.Holds(host);
    }

    [Fact]
    public async Task A_database_that_takes_no_writes_is_waited_for()
    {
        var connection = await databases.CreateDatabase();
        await Set(connection, "default_transaction_read_only = on");
        await using var host = await PaymentsHost.StartOn(connection, "Wait=false");
        var state = host.Services.GetRequiredService<DatabaseState>();
        await PaymentsHost.Eventually(() => Task.FromResult(state.Problem?.Contains("read-only", StringComparison.Ordinal) == true), "it says so");

        await Set(connection, "default_transaction_read_only = off");

        await PaymentsHost.Eventually(async () => await host.Readiness() == "ready", "it goes on");
    }

    [Fact]
    public async Task A_schema_of_the_same_name_with_somebody_elses_tables_is_refused()
    {
        var connection = await databases.CreateDatabase(isEmpty: true);
        await Execute(connection, "CREATE SCHEMA payments; CREATE TABLE payments.orders (id int); CREATE TABLE payments.migrations (version int)");
        await using var host = await PaymentsHost.StartOn(connection, "Wait=false");

        await host.Ended();
        Assert.Contains("this service did not make", host.Services.GetRequiredService<DatabaseState>().Problem, StringComparison.Ordinal);
        Assert.Equal(2, await host.Sql<long>("SELECT count(*) FROM pg_tables WHERE schemaname = 'payments'"));
    }

    [Fact]
    public async Task A_data_source_whose_connections_do_not_take_part_is_found_out()
    {
        var connection = await databases.CreateDatabase();
        await using var source = NpgsqlDataSource.Create($"{connection};Enlist=false");

        var found = await new DatabaseRequirements(new Connections(source), DatabaseSettings.Read(connection), Roles.Api).Check(TestContext.Current.CancellationToken);

        Assert.Equal(("database.enlistment", RequirementState.Refused), (found[^1].Name, found[^1].State));
    }

    /// <summary>What this process relies on holds in an ordinary database: nothing is corrected, nothing noticed.</summary>
    [Fact]
    public async Task An_ordinary_database_has_nothing_to_say()
    {
        var connection = await databases.CreateDatabase();
        await using var source = DataSources.Create(connection);

        var found = await new DatabaseRequirements(new Connections(source), DatabaseSettings.Read(connection), Roles.Api | Roles.Worker).Check(TestContext.Current.CancellationToken);

        Assert.All(found, one => Assert.Equal(RequirementState.Met, one.State));
        Assert.Equal(found.Count, found.Select(one => one.Name).Distinct().Count());
    }

    private static async Task<Requirement> Found(string connection, string name)
    {
        await using var source = DataSources.Create(connection);
        var all = await new DatabaseRequirements(new Connections(source), DatabaseSettings.Read(connection), Roles.Api | Roles.Worker).Check(TestContext.Current.CancellationToken);
        return Assert.Single(all, one => one.Name == name);
    }

    private static Task Set(string connection, params string[] settings) => Execute(
        connection, string.Join(';', settings.Select(setting => $"ALTER DATABASE {new NpgsqlConnectionStringBuilder(connection).Database} SET {setting}")));

    /// <summary>A login role of no rights but those given, with <c>{0}</c> for its name; answers how it connects.</summary>
    private static async Task<string> Role(string connection, string rights)
    {
        var name = $"shop_{Guid.NewGuid():N}"[..20];
        await Execute(connection, $"CREATE ROLE {name} LOGIN PASSWORD 'role-password' NOSUPERUSER NOCREATEDB NOCREATEROLE; REVOKE ALL ON SCHEMA public FROM PUBLIC; "
            + string.Format(System.Globalization.CultureInfo.InvariantCulture, rights, name));
        return new NpgsqlConnectionStringBuilder(connection) { Username = name, Password = "role-password" }.ConnectionString;
    }

    private static async Task Execute(string connection, string sql)
    {
        await using var opened = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(connection) { Pooling = false, Options = "-c default_transaction_read_only=off" }.ConnectionString);
        await opened.OpenAsync();
        foreach (var statement in sql.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            await using var command = new NpgsqlCommand(statement, opened);
            await command.ExecuteNonQueryAsync();
        }
    }
}
