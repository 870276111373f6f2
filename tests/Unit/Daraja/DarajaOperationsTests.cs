using Microsoft.Extensions.DependencyInjection;
using Payments.Application.Callbacks;
using Payments.Domain.C2b;
using Payments.Domain.Transfers;
using Payments.Infrastructure.Callbacks;
using Payments.Infrastructure.Daraja;
using Xunit;

namespace Payments.Tests.Unit;

public sealed class DarajaOperationsTests
{
    [Fact]
    public void Their_names_are_those_of_logs_metrics_spans_and_health() =>
        Assert.Equal(
            ["B2b", "B2c", "Balance", "OAuth", "PromptQuery", "Pull", "Push", "Register", "Reversal", "Status"],
            DarajaOperations.All.Select(api => api.Name).Order(StringComparer.Ordinal));

    [Fact]
    public void Every_kind_of_callback_comes_from_one_operation() =>
        Assert.Equal(Enum.GetValues<CallbackKind>(), DarajaOperations.All.SelectMany(api => api.Callbacks).Select(channel => channel.Kind).Order());

    [Fact]
    public void Every_kind_of_callback_has_one_handler()
    {
        var services = new ServiceCollection().AddSingleton(new OurShortcodes("600966", null)).AddCallbackHandlers().BuildServiceProvider();
        Assert.Equal(Enum.GetValues<CallbackKind>(), services.GetServices<ICallbackHandler>().SelectMany(handler => handler.Kinds).Order());
    }

    [Fact]
    public void Every_payout_goes_out_through_one_operation() =>
        Assert.All(Enum.GetValues<PayoutMethod>(), method => Assert.True(DarajaOperations.OfPayout(method).IsSentOnce));

    /// <summary>Where the initiator asks, the request names both addresses; the first is the result's.</summary>
    [Fact]
    public void What_the_initiator_asks_has_a_result_and_a_queue_timeout() =>
        Assert.All(DarajaOperations.All.Where(api => api.NeedsInitiator), api =>
        {
            Assert.Equal(2, api.Callbacks.Count);
            Assert.EndsWith("/result", api.Callbacks[0].Path, StringComparison.Ordinal);
            Assert.EndsWith("/timeout", api.Callbacks[1].Path, StringComparison.Ordinal);
        });
}
