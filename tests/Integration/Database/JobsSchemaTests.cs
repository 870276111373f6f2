using Hangfire;
using Hangfire.Common;
using Hangfire.PostgreSql;
using Hangfire.PostgreSql.Factories;
using Hangfire.Storage;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Payments.Infrastructure.Database;
using Payments.Infrastructure.Jobs;
using Xunit;

namespace Payments.Tests.Integration;

/// <summary>Jobs of ours and of others in one database: each in a schema of its own.</summary>
public sealed class JobsSchemaTests(TestDatabase databases)
{
    [Fact]
    public async Task A_shops_own_Hangfire_and_ours_leave_each_other_alone()
    {
        var connection = await databases.CreateDatabase(isEmpty: true);
        await Install(connection, JobsSchemaName.Usual);
        var theirs = Storage(connection, JobsSchemaName.Usual);
        new RecurringJobManager(theirs).AddOrUpdate("shop-report", Job.FromExpression<ShopJobs>(jobs => jobs.Report()), "*/1 * * * * *", new RecurringJobOptions());
        using var server = new BackgroundJobServer(
            new BackgroundJobServerOptions { WorkerCount = 1, SchedulePollingInterval = TimeSpan.FromMilliseconds(500), Activator = new JobActivator() }, theirs);
        await PaymentsHost.Eventually(() => Task.FromResult(ShopJobs.Reports > 0), "the shop's job has begun");
        await using var host = await PaymentsHost.StartOn(connection);
        await WholeRun.Holds(host);
        var before = ShopJobs.Reports;
        await PaymentsHost.Eventually(() => Task.FromResult(ShopJobs.Reports > before + 2), "the shop's job goes on", 30, () => Describe(theirs));

        Assert.Equal(0L, await host.Sql<long>("SELECT count(*) FROM hangfire.job WHERE invocationdata::text LIKE '%Payments.Infrastructure%'"));
        Assert.Equal(0L, await host.Sql<long>("SELECT count(*) FROM hangfire.server WHERE id ~ ':(callbacks|transfers):'"));
        Assert.Equal(0L, await host.Sql<long>("SELECT count(*) FROM payments_hangfire.job WHERE invocationdata::text LIKE '%ShopJobs%'"));
        using var reading = theirs.GetConnection();
        var report = Assert.Single(reading.GetRecurringJobs());
        Assert.Null(report.Error);
        Assert.NotNull(report.NextExecution);
        Assert.Equal(0, theirs.GetMonitoringApi().FailedCount());
    }

    [Fact]
    public async Task A_deployment_of_before_keeps_its_schema_so_that_both_versions_work_together()
    {
        var connection = await OfBefore();

        await using var host = await PaymentsHost.StartOn(connection);

        await WholeRun.Holds(host);
        Assert.Equal("hangfire", await host.Sql<string>("SELECT name FROM jobs_schema"));
        Assert.Equal(0L, await host.Sql<long>("SELECT count(*) FROM pg_namespace WHERE nspname = 'payments_hangfire'"));
    }

    [Fact]
    public async Task A_deployment_that_shared_the_schema_with_a_shop_moves_out_and_takes_what_is_its_own()
    {
        var connection = await OfBefore();
        var shared = Storage(connection, JobsSchemaName.Usual);
        new RecurringJobManager(shared).AddOrUpdate("shop-report", Job.FromExpression<ShopJobs>(jobs => jobs.Report()), Cron.Never(), new RecurringJobOptions());
        var client = new BackgroundJobClient(shared);
        client.Create<ShopJobs>(jobs => jobs.Report(), new Hangfire.States.ScheduledState(TimeSpan.FromDays(1)));
        client.Create<CallbackJobs>(jobs => jobs.Apply("cb_00000000000070008000000000000001"), new Hangfire.States.ScheduledState(TimeSpan.FromDays(1)));
        await Execute(connection, "INSERT INTO payments.callbacks (id, kind, state, verdict, body) VALUES ('00000000-0000-7000-8000-000000000001', 'stk', 'parked', 'failed', '{}')");

        await using var host = await PaymentsHost.StartOn(connection);

        await PaymentsHost.Eventually(async () => await host.InState("done") == 1, "what was parked is drained again");
        await WholeRun.Holds(host);
        Assert.Equal("payments_hangfire", await host.Sql<string>("SELECT name FROM jobs_schema"));
        Assert.Equal("shop-report", await host.Sql<string>("SELECT string_agg(value, ',') FROM hangfire.set WHERE key = 'recurring-jobs'"));
        Assert.Equal("recurring-job:shop-report", await host.Sql<string>("SELECT string_agg(DISTINCT key, ',') FROM hangfire.hash WHERE key LIKE 'recurring-job:%'"));
        Assert.Equal((1L, 1L), (await host.Sql<long>("SELECT count(*) FROM hangfire.job"), await host.Sql<long>("SELECT count(*) FROM hangfire.set WHERE key = 'schedule'")));
    }

    [Fact]
    public async Task A_shop_that_comes_into_a_kept_schema_later_is_left_alone_from_the_next_start()
    {
        var connection = await OfBefore();
        await using (var first = await PaymentsHost.StartOn(connection))
        {
            Assert.Equal("hangfire", await first.Sql<string>("SELECT name FROM jobs_schema"));
        }

        new RecurringJobManager(Storage(connection, JobsSchemaName.Usual))
            .AddOrUpdate("shop-report", Job.FromExpression<ShopJobs>(jobs => jobs.Report()), Cron.Never(), new RecurringJobOptions());
        await using var second = await PaymentsHost.StartOn(connection);

        await WholeRun.Holds(second);
        Assert.Equal("payments_hangfire", await second.Sql<string>("SELECT name FROM jobs_schema"));
    }

    [Fact]
    public async Task Somebody_elses_jobs_in_our_own_schema_are_refused()
    {
        var connection = await databases.CreateDatabase(isEmpty: true);
        await Install(connection, JobsSchemaName.Own);
        new RecurringJobManager(Storage(connection, JobsSchemaName.Own))
            .AddOrUpdate("shop-report", Job.FromExpression<ShopJobs>(jobs => jobs.Report()), Cron.Never(), new RecurringJobOptions());

        await using var host = await PaymentsHost.StartOn(connection, "Wait=false");

        await host.Ended();
        Assert.Contains("jobs of another program", host.Services.GetRequiredService<DatabaseState>().Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_schema_of_Hangfires_that_this_role_may_not_read_is_not_ours()
    {
        var connection = await databases.CreateDatabase(isEmpty: true);
        await Install(connection, JobsSchemaName.Usual);
        var name = $"shop_{Guid.NewGuid():N}"[..20];
        await Execute(connection, $"CREATE ROLE {name} LOGIN PASSWORD 'role-password'; CREATE SCHEMA payments AUTHORIZATION {name}; CREATE SCHEMA payments_hangfire AUTHORIZATION {name}");
        var role = new NpgsqlConnectionStringBuilder(connection) { Username = name, Password = "role-password" }.ConnectionString;

        await using var host = await PaymentsHost.StartThrough(connection, role);

        await WholeRun.Holds(host);
        Assert.Equal("payments_hangfire", await host.Sql<string>("SELECT name FROM jobs_schema"));
    }

    private static string Describe(JobStorage storage)
    {
        using var reading = storage.GetConnection();
        return string.Join("; ", reading.GetRecurringJobs().Select(job => $"{job.Id}: last {job.LastExecution} {job.LastJobState}, next {job.NextExecution}, {job.Error}"));
    }

    /// <summary>A database as the version before left it: jobs in Hangfire's usual schema, and no word of a choice.</summary>
    private async Task<string> OfBefore()
    {
        var connection = await databases.CreateDatabase();
        await Execute(connection, "DROP SCHEMA payments_hangfire CASCADE; DROP TABLE payments.jobs_schema; DELETE FROM payments.migrations WHERE scriptname LIKE '%jobs_schema%'");
        await Install(connection, JobsSchemaName.Usual);
        new RecurringJobManager(Storage(connection, JobsSchemaName.Usual))
            .AddOrUpdate("reconcile", Job.FromExpression<RecurringJobs>(jobs => jobs.Reconcile()), "*/5 * * * * *", new RecurringJobOptions());
        return connection;
    }

    private static PostgreSqlStorage Storage(string connection, string schema) => new(
        new NpgsqlConnectionFactory(connection, new()), new() { SchemaName = schema, PrepareSchemaIfNecessary = false, QueuePollInterval = TimeSpan.FromMilliseconds(200) });

    private static async Task Install(string connection, string schema)
    {
        await using var opened = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(connection) { Pooling = false }.ConnectionString);
        await opened.OpenAsync();
        PostgreSqlObjectsInstaller.Install(opened, schema);
    }

    private static async Task Execute(string connection, string sql)
    {
        await using var opened = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(connection) { Pooling = false }.ConnectionString);
        await opened.OpenAsync();
        await using var command = new NpgsqlCommand(sql, opened);
        await command.ExecuteNonQueryAsync();
    }

    private static class JobsSchemaName
    {
        public const string Usual = "hangfire";

        public const string Own = "payments_hangfire";
    }
}

/// <summary>What a shop's program does in the background.</summary>
public sealed class ShopJobs
{
    private static int reports;
    private readonly int one = 1;

    public static int Reports => reports;

    public void Report() => Interlocked.Add(ref reports, one);
}
