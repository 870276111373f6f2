using Payments.Infrastructure;
using Xunit;

namespace Payments.Tests.Unit;

public sealed class ConnectionBudgetTests
{
    /// <summary>What PostgreSQL lets in as it is installed, less the three it keeps for its superuser.</summary>
    private const int Default = 97;

    [Fact]
    public void Two_APIs_and_a_worker_fit_a_PostgreSQL_as_it_is_installed()
    {
        var total = (2 * ConnectionBudget.For(Roles.Api, null).Total) + ConnectionBudget.For(Roles.Worker, null).Total;

        Assert.InRange(total, 60, Default - 5);
        Assert.InRange(ConnectionBudget.For(Roles.Api | Roles.Worker, null).Total, 30, Default / 2);
    }

    [Theory]
    [InlineData(Roles.Api)]
    [InlineData(Roles.Worker)]
    [InlineData(Roles.Api | Roles.Worker)]
    [InlineData(Roles.None)]
    public void What_the_operator_allows_is_divided_whole_and_every_purpose_has_its_least(Roles roles)
    {
        var least = ConnectionBudget.Least(roles);
        var smallest = ConnectionBudget.For(roles, least);
        foreach (var most in Enumerable.Range(least, 150))
        {
            var budget = ConnectionBudget.For(roles, most);
            Assert.Equal(most, budget.Total);
            Assert.All(Enum.GetValues<Purpose>(), purpose => Assert.True(budget.Of(purpose) >= smallest.Of(purpose)));
        }

        // Fewer than that a process does not start with; a command that is given fewer takes them all the same.
        Assert.Equal(least, ConnectionBudget.For(roles, 1).Total);
        Assert.All(Enum.GetValues<Purpose>(), purpose => Assert.True(smallest.Of(purpose) >= 1 || purpose is Purpose.Inbox or Purpose.Drain));
    }

    [Theory]
    [InlineData("Host=db;Maximum Pool Size=40", 40)]
    [InlineData("Host=db;maxpoolsize=7", 7)]
    [InlineData("Host=db;MAXIMUM POOL SIZE=100", 100)]
    [InlineData("Host=db;Username=Maximum Pool Size", null)]
    [InlineData("Host=db", null)]
    public void What_the_operator_allows_is_read_from_the_connection_string(string connection, int? most) =>
        Assert.Equal(most, Database.MostConnections(connection));
}
