using Npgsql;
using Xunit;

namespace Payments.Tests.Integration;

public sealed class TestDatabaseTests(TestDatabase database, ITestOutputHelper output)
{
    [Fact]
    public async Task A_new_database_is_empty_and_durable()
    {
        await using var source = NpgsqlDataSource.Create(await database.CreateDatabase(isEmpty: true));
        output.WriteLine($"{await database.Describe()}: {await Scalar(source, "SELECT version()")}");

        Assert.StartsWith("PostgreSQL ", await Scalar(source, "SELECT version()"), StringComparison.Ordinal);
        Assert.Equal("0", await Scalar(source, "SELECT count(*)::text FROM pg_tables WHERE schemaname = 'public'"));
        Assert.Equal("on", await Scalar(source, "SHOW fsync"));
    }

    [Fact]
    public async Task Two_databases_do_not_see_each_other()
    {
        await using var first = NpgsqlDataSource.Create(await database.CreateDatabase(isEmpty: true));
        await using var second = NpgsqlDataSource.Create(await database.CreateDatabase(isEmpty: true));
        await using (var create = first.CreateCommand("CREATE TABLE only_here (id int)"))
        {
            await create.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        }

        Assert.Equal("t", await Scalar(first, "SELECT (to_regclass('only_here') IS NOT NULL)::text::char"));
        Assert.Equal("f", await Scalar(second, "SELECT (to_regclass('only_here') IS NOT NULL)::text::char"));
    }

    private static async Task<string?> Scalar(NpgsqlDataSource source, string sql)
    {
        await using var command = source.CreateCommand(sql);
        return (await command.ExecuteScalarAsync(TestContext.Current.CancellationToken))?.ToString();
    }
}
