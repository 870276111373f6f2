using Microsoft.Extensions.DependencyInjection;
using Payments.Infrastructure.Database;
using Payments.Infrastructure.Hosting;
using Xunit;

namespace Payments.Tests.SystemTests;

/// <summary>A pooler between the service and PostgreSQL: session mode carries everything, the others are refused in a sentence.</summary>
public sealed class PoolerTests(TestDatabase databases)
{
    [Fact]
    public async Task In_session_mode_everything_works_and_every_setting_holds()
    {
        var direct = await databases.CreateDatabase(isEmpty: true);
        await using var bouncer = await PgBouncer.Start(direct, "session");
        await using var host = await PaymentsHost.StartThrough(direct, bouncer.ConnectionString);

        await WholeRun.Holds(host);
    }

    [Fact]
    public async Task Parameters_that_the_pooler_drops_without_a_word_are_set_all_the_same()
    {
        var direct = await databases.CreateDatabase(isEmpty: true);
        await using var bouncer = await PgBouncer.Start(direct, "session", "ignore_startup_parameters = options,search_path,extra_float_digits");
        await using var host = await PaymentsHost.StartThrough(direct, bouncer.ConnectionString + ";Search Path=elsewhere;Options=-c lock_timeout=0");

        await WholeRun.Holds(host);
    }

    [Theory]
    [InlineData("transaction")]
    [InlineData("statement")]
    public async Task In_transaction_and_statement_mode_the_process_ends_with_a_sentence(string mode)
    {
        await using var bouncer = await PgBouncer.Start(
            await databases.CreateDatabase(isEmpty: true), mode, "ignore_startup_parameters = options,search_path,extra_float_digits", "server_round_robin = 1");
        await using var host = await PaymentsHost.StartOn(bouncer.ConnectionString, "Wait=false");

        await host.Ended();
        Assert.Contains("session mode", host.Services.GetRequiredService<DatabaseState>().Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_pool_of_the_poolers_that_is_too_small_is_said()
    {
        await using var bouncer = await PgBouncer.Start(await databases.CreateDatabase(), "session", "default_pool_size = 4", "query_wait_timeout = 3");
        await using var source = DataSources.Create(bouncer.ConnectionString);

        var all = await new DatabaseRequirements(new Connections(source), DatabaseSettings.Read(bouncer.ConnectionString), Roles.Api | Roles.Worker).Check(TestContext.Current.CancellationToken);

        var found = Assert.Single(all, one => one.Name == "database.open");
        Assert.Equal(RequirementState.Noticed, found.State);
        Assert.Contains(all, one => one.Name == "database.pooler" && one.Sentence.Contains("session mode", StringComparison.Ordinal));
        Assert.Contains("default_pool_size", found.Sentence, StringComparison.Ordinal);
    }
}
