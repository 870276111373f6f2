using Npgsql;
using Payments.Build;
using Xunit;

namespace Payments.Tests.SystemTests;

public sealed class LocalPostgresTests : IAsyncLifetime
{
    private TemporaryPostgresFolder temporary = null!;

    private string Folder => temporary.Path;

    public async ValueTask InitializeAsync() => temporary = await TemporaryPostgresFolder.Create();

    public ValueTask DisposeAsync() => temporary.DisposeAsync();

    [Fact]
    public async Task It_starts_for_whoever_runs_this_root_included_and_is_gone_after_stop()
    {
        var postgres = await Start();
        try
        {
            Assert.Equal("on", await Scalar(postgres, "SHOW fsync"));
            Assert.Equal("127.0.0.1", await Scalar(postgres, "SHOW listen_addresses"));
        }
        finally
        {
            await postgres.Stop();
        }

        await Assert.ThrowsAnyAsync<NpgsqlException>(() => Scalar(postgres, "SELECT 1"));
        Assert.False(File.Exists(Path.Combine(Folder, "data", "postmaster.pid")));
    }

    [Fact]
    public async Task A_second_start_keeps_the_data_and_the_port_also_when_the_first_was_never_stopped()
    {
        var first = await Start();
        await Scalar(first, "CREATE TABLE kept AS SELECT 42 AS answer");
        // As a killed stack leaves it: still running, and nobody knows.
        var second = await Start();
        try
        {
            Assert.Equal("42", await Scalar(second, "SELECT answer::text FROM kept"));
            Assert.Equal(first.ConnectionString, second.ConnectionString);
        }
        finally
        {
            await second.Stop();
        }
    }

    [Fact]
    public async Task A_pid_file_whose_number_belongs_to_another_program_by_now_does_not_stop_the_start()
    {
        await (await Start()).Stop();
        await File.WriteAllTextAsync(Path.Combine(Folder, "data", "postmaster.pid"), $"{Environment.ProcessId}\n", TestContext.Current.CancellationToken);

        var postgres = await Start();
        try
        {
            Assert.Equal("1", await Scalar(postgres, "SELECT 1::text"));
        }
        finally
        {
            await postgres.Stop();
        }
    }

    [Fact]
    public async Task A_folder_with_something_else_in_it_is_left_alone_and_told_in_one_sentence()
    {
        var stranger = Path.Combine(Folder, "data", "holiday.txt");
        Directory.CreateDirectory(Path.GetDirectoryName(stranger)!);
        await File.WriteAllTextAsync(stranger, "mine", TestContext.Current.CancellationToken);

        var problem = await Assert.ThrowsAsync<StartProblemException>(Start);

        AssertOneSentence(problem.Message, "it is no PostgreSQL data folder");
        Assert.True(File.Exists(stranger));
    }

    [Fact]
    public async Task Broken_data_is_told_in_one_sentence_with_the_reason_PostgreSQL_gives()
    {
        await (await Start()).Stop();
        File.Delete(Path.Combine(Folder, "data", "global", "pg_control"));

        var problem = await Assert.ThrowsAsync<StartProblemException>(Start);

        AssertOneSentence(problem.Message, "start with --fresh");
    }

    [Fact]
    public async Task Data_of_a_version_that_is_not_installed_is_told_in_one_sentence()
    {
        Directory.CreateDirectory(Path.Combine(Folder, "data"));
        await File.WriteAllTextAsync(Path.Combine(Folder, "password"), "unused", TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(Path.Combine(Folder, "data", "PG_VERSION"), "13\n", TestContext.Current.CancellationToken);

        var problem = await Assert.ThrowsAsync<StartProblemException>(Start);

        AssertOneSentence(problem.Message, "PostgreSQL 13 made it");
    }

    private static void AssertOneSentence(string text, string part)
    {
        Assert.Contains(part, text, StringComparison.Ordinal);
        Assert.EndsWith(".", text, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', text);
    }

    private async Task<LocalPostgres> Start()
    {
        var (postgres, reason) = await LocalPostgres.Start(RepositoryRoot.Find(), Folder);
        Assert.SkipWhen(postgres is null, $"No local PostgreSQL on this machine: {reason}");
        return postgres!;
    }

    private static async Task<string?> Scalar(LocalPostgres postgres, string sql)
    {
        var settings = new NpgsqlConnectionStringBuilder(postgres.ConnectionString) { Pooling = false };
        await using var connection = new NpgsqlConnection(settings.ConnectionString);
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var command = new NpgsqlCommand(sql, connection);
        return (await command.ExecuteScalarAsync(TestContext.Current.CancellationToken))?.ToString();
    }
}
