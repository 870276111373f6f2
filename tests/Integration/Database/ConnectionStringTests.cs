using Npgsql;
using Payments.Api;
using Xunit;

namespace Payments.Tests.Integration;

/// <summary>What operators write into the connection string, and what the service needs all the same.</summary>
public sealed class ConnectionStringTests(TestDatabase databases)
{
    [Theory]
    [InlineData("Enlist=false")]
    [InlineData("Multiplexing=true")]
    [InlineData("Pooling=false")]
    [InlineData("No Reset On Close=false;Command Timeout=0;Search Path=public;Timezone=Asia/Tokyo;Max Auto Prepare=0;Keepalive=0")]
    [InlineData("Options=-c statement_timeout=50 -c idle_session_timeout=200 -c search_path=public -c lock_timeout=0")]
    [InlineData("Array Nullability Mode=Always;Server Compatibility Mode=Redshift;Client Encoding=SQL_ASCII;Internal Command Timeout=0")]
    [InlineData("Target Session Attributes=any;Load Balance Hosts=true")]
    public async Task What_would_change_how_the_service_works_is_not_used(string more)
    {
        await using var host = await PaymentsHost.StartOn($"{await databases.CreateDatabase()};{more}");

        await WholeRun.Holds(host);
    }

    [Fact]
    public async Task Two_hosts_are_one_database_whichever_of_them_is_the_primary()
    {
        var one = new NpgsqlConnectionStringBuilder(await databases.CreateDatabase());
        var two = new NpgsqlConnectionStringBuilder(one.ConnectionString) { Host = $"127.0.0.1:{ChildPort()},{one.Host}:{one.Port}", Timeout = 2 };

        await using var host = await PaymentsHost.StartOn(two.ConnectionString);

        await WholeRun.Holds(host);
    }

    [Theory]
    [InlineData("Target Session Attributes=standby", "standby")]
    [InlineData("Target Session Attributes=prefer-standby", "standby")]
    [InlineData("Maximum Pool Size=4", "Maximum Pool Size")]
    [InlineData("Minimum Pool Size=50;Maximum Pool Size=20", "Minimum Pool Size")]
    [InlineData("Connection Idle Lifetime=3;Connection Pruning Interval=10", "Connection Idle Lifetime")]
    public void What_cannot_work_is_refused_in_a_sentence_with_what_would_be_right(string more, string named)
    {
        var wrong = Assert.Throws<ConfigurationException>(() => ApiHost.Build([$"--ConnectionStrings:Payments=Host=db;Username=x;Password=hush-hush;{more}"]));

        var problem = Assert.Single(wrong.Problems, p => p.Key == "ConnectionStrings__Payments");
        Assert.Contains(named, problem.Wrong + problem.Right, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("hush-hush", wrong.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("api", 4, true)]
    [InlineData("api", 5, false)]
    [InlineData("worker", 5, true)]
    [InlineData("worker", 6, false)]
    [InlineData("api,worker", 9, true)]
    [InlineData("api,worker", 10, false)]
    public void A_pool_too_small_for_what_the_process_does_is_refused(string roles, int size, bool refused)
    {
        var wrong = Assert.Throws<ConfigurationException>(() => ApiHost.Build(
            [$"--ConnectionStrings:Payments=Host=db;Maximum Pool Size={size}", $"--Roles={roles}"]));

        Assert.Equal(refused, wrong.Problems.Any(p => p.Key == "ConnectionStrings__Payments"));
    }

    private static int ChildPort() => Payments.Tests.Faults.ChildProcess.FreePort();
}
