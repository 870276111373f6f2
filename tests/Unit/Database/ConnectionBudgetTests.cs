using Payments.Infrastructure.Database;
using Payments.Infrastructure.Hosting;
using Xunit;

namespace Payments.Tests.Unit;

public sealed class ConnectionBudgetTests
{
    /// <summary>What PostgreSQL lets in as it is installed, less the three it keeps for its superuser.</summary>
    private const int Default = 97;

    [Fact]
    public void Two_APIs_and_a_worker_fit_a_PostgreSQL_as_it_is_installed()
    {
        Assert.InRange((2 * ConnectionBudget.Usual(Roles.Api)) + ConnectionBudget.Usual(Roles.Worker), 60, Default - 5);
        Assert.InRange(ConnectionBudget.Usual(Roles.Api | Roles.Worker), 30, Default / 2);
    }

    [Theory]
    [InlineData(Roles.Api, 12)]
    [InlineData(Roles.Worker, 15)]
    [InlineData(Roles.Api | Roles.Worker, 18)]
    [InlineData(Roles.None, 12)]
    public void What_a_process_may_have_is_divided_whole_and_every_purpose_has_its_least(Roles roles, int enough)
    {
        var smallest = ConnectionBudget.For(roles, enough);
        foreach (var total in Enumerable.Range(enough, 150))
        {
            var budget = ConnectionBudget.For(roles, total);
            Assert.Equal(total, budget.Total);
            Assert.All(Enum.GetValues<Purpose>(), purpose => Assert.True(budget.Of(purpose) >= smallest.Of(purpose)));
        }

        Assert.All(Enum.GetValues<Purpose>(), purpose => Assert.True(smallest.Of(purpose) >= 1 || purpose is Purpose.Inbox or Purpose.Drain or Purpose.Webhooks));
    }

    [Theory]
    [InlineData(Roles.Api, 11, 2)]
    [InlineData(Roles.Api, 5, 2)]
    [InlineData(Roles.Worker, 6, 0)]
    [InlineData(Roles.Api | Roles.Worker, 16, 2)]
    [InlineData(Roles.Api | Roles.Worker, 10, 2)]
    [InlineData(Roles.None, 1, 0)]
    public void With_few_the_inbox_alone_has_its_own_and_the_others_share_the_rest(Roles roles, int total, int inbox)
    {
        var budget = ConnectionBudget.For(roles, total);

        Assert.Equal((total, inbox, total - inbox), (budget.Total, budget.Of(Purpose.Inbox), budget.Of(Purpose.Jobs)));
        Assert.True(total >= ConnectionBudget.Min(roles));
    }
}
