using System.Diagnostics;
using Npgsql;
using Payments.Infrastructure.Database;
using Xunit;

namespace Payments.Tests.Integration;

/// <summary>A migration takes the time it needs, and the version that is running does not wait for it.</summary>
public sealed class MigrationTests(TestDatabase databases)
{
    [Fact]
    public async Task A_statement_of_sixteen_seconds_succeeds_whatever_the_database_allows_others()
    {
        var connection = await databases.CreateDatabase();
        await Execute(connection, $"ALTER DATABASE {new NpgsqlConnectionStringBuilder(connection).Database} SET statement_timeout = '1s'");
        await using var source = DataSources.Create(connection);

        await Migrate(source, new MigrationScript("Payments.Infrastructure.Migrations.9001_slow.sql", "CREATE TABLE slow AS SELECT 1 AS n FROM pg_sleep(16)"));

        Assert.Equal("payments", await Scalar<string>(connection, "SELECT schemaname::text FROM pg_tables WHERE tablename = 'slow'"));
    }

    [Fact]
    public async Task Waiting_for_a_table_it_holds_up_the_running_version_for_a_second_at_most()
    {
        var connection = await databases.CreateDatabase();
        await using var source = DataSources.Create(connection);
        await using var reader = new NpgsqlConnection(connection);
        await reader.OpenAsync(TestContext.Current.CancellationToken);
        await using var reading = await reader.BeginTransactionAsync(TestContext.Current.CancellationToken);
        await using (var look = new NpgsqlCommand("SELECT count(*) FROM payments.callbacks", reader, reading))
        {
            await look.ExecuteScalarAsync(TestContext.Current.CancellationToken);
        }

        var migrating = Migrate(source, new MigrationScript("Payments.Infrastructure.Migrations.9001_column.sql", "ALTER TABLE callbacks ADD COLUMN another int"));
        var (longest, stored) = (TimeSpan.Zero, 0);
        for (var all = Stopwatch.StartNew(); all.Elapsed < TimeSpan.FromSeconds(10);)
        {
            var one = Stopwatch.StartNew();
            await Execute(connection, "INSERT INTO payments.callbacks (id, kind, body) VALUES (gen_random_uuid(), 'stk', '')");
            (longest, stored) = (one.Elapsed > longest ? one.Elapsed : longest, stored + 1);
        }

        // A busy machine adds to the second.
        Assert.InRange(longest, TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(2.5));
        Assert.True(stored > 20, $"Only {stored} callbacks were stored in ten seconds.");
        Assert.False(migrating.IsCompleted);
        await reading.RollbackAsync(TestContext.Current.CancellationToken);
        await migrating;
        Assert.Equal(1L, await Scalar<long>(connection, "SELECT count(*) FROM information_schema.columns WHERE column_name = 'another'"));
    }

    [Fact]
    public async Task An_index_is_made_beside_the_writing_and_made_anew_where_a_try_broke()
    {
        var connection = await databases.CreateDatabase();
        await using var source = DataSources.Create(connection);
        var script = new MigrationScript(
            "Payments.Infrastructure.Migrations.9001_index.sql",
            """
            -- without a transaction
            DROP INDEX CONCURRENTLY IF EXISTS callbacks_once;
            CREATE UNIQUE INDEX CONCURRENTLY callbacks_once ON callbacks (kind);
            """);
        await Execute(connection, "INSERT INTO payments.callbacks (id, kind, body) VALUES (gen_random_uuid(), 'stk', ''), (gen_random_uuid(), 'stk', '')");

        var failed = await Assert.ThrowsAsync<InvalidOperationException>(() => Migrate(source, script));
        Assert.Contains("9001_index", failed.Message, StringComparison.Ordinal);
        Assert.False(await Scalar<bool>(connection, "SELECT indisvalid FROM pg_index WHERE indexrelid = 'payments.callbacks_once'::regclass"));

        // A writer that has not committed is waited for, and hinders no other.
        await Execute(connection, "DELETE FROM payments.callbacks");
        await using var writer = new NpgsqlConnection(connection);
        await writer.OpenAsync(TestContext.Current.CancellationToken);
        await using var writing = await writer.BeginTransactionAsync(TestContext.Current.CancellationToken);
        await using (var insert = new NpgsqlCommand("INSERT INTO payments.callbacks (id, kind, body) VALUES (gen_random_uuid(), 'stk', '')", writer, writing))
        {
            await insert.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        }

        var migrating = Migrate(source, script);
        await Task.Delay(TimeSpan.FromSeconds(6), TestContext.Current.CancellationToken);
        await Execute(connection, "INSERT INTO payments.callbacks (id, kind, body) VALUES (gen_random_uuid(), 'c2b_confirm', '')");
        Assert.False(migrating.IsCompleted);
        await writing.CommitAsync(TestContext.Current.CancellationToken);
        await migrating;
        Assert.True(await Scalar<bool>(connection, "SELECT indisvalid FROM pg_index WHERE indexrelid = 'payments.callbacks_once'::regclass"));
    }

    [Fact]
    public async Task What_a_migration_sets_for_itself_stays_with_nobody()
    {
        var connection = await databases.CreateDatabase();
        await using var source = DataSources.Create(connection);
        await Migrate(source, new MigrationScript("Payments.Infrastructure.Migrations.9001_nothing.sql", "-- without a transaction\nSELECT 1"));

        foreach (var _ in Enumerable.Range(0, 5))
        {
            await using var opened = await source.OpenConnectionAsync(TestContext.Current.CancellationToken);
            await using var command = new NpgsqlCommand("SELECT current_setting('lock_timeout') || ' ' || current_setting('search_path')", opened);
            Assert.Equal("5s payments", await command.ExecuteScalarAsync(TestContext.Current.CancellationToken));
        }
    }

    private static Task<string> Migrate(NpgsqlDataSource source, MigrationScript script) =>
        Migrator.Migrate(source, [.. Migrator.Embedded(), script], TestContext.Current.CancellationToken);

    private static async Task Execute(string connection, string sql)
    {
        await using var opened = new NpgsqlConnection(connection);
        await opened.OpenAsync();
        await using var command = new NpgsqlCommand(sql, opened);
        await command.ExecuteNonQueryAsync();
    }

    private static async Task<T> Scalar<T>(string connection, string sql)
    {
        await using var opened = new NpgsqlConnection(connection);
        await opened.OpenAsync();
        await using var command = new NpgsqlCommand(sql, opened);
        return (T)(await command.ExecuteScalarAsync())!;
    }
}
