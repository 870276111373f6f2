using Payments.Application.C2b;
using Payments.Domain.Checkouts;
using Payments.Domain.Common;

namespace Payments.Tests.Unit;

/// <summary>How far Pull got, and who is reading.</summary>
internal sealed partial class Store : IPullProgress
{
    private DateTimeOffset? pulledUntil;
    private (Guid Round, DateTimeOffset Until)? pulling;

    public Task<PullWindow?> Begin(string shortcode, Guid round, TimeSpan lease, TimeSpan overlap, TimeSpan kept, CancellationToken cancellation)
    {
        if (pulling is { } other && other.Until > time.Database)
        {
            return Task.FromResult<PullWindow?>(null);
        }

        pulling = (round, time.Database + lease);
        var earliest = time.Database - kept;
        var began = CheckoutBuilder.Start - TimeSpan.FromMinutes(15);
        var from = pulledUntil - overlap is { } last && last > earliest ? last : earliest > began ? earliest : began;
        return Task.FromResult<PullWindow?>(new(from, time.Database + TimeSpan.FromSeconds(1), earliest, pulledUntil));
    }

    public Task<bool> Renew(string shortcode, Guid round, TimeSpan lease)
    {
        var isIts = pulling?.Round == round;
        pulling = isIts ? (round, time.Database + lease) : pulling;
        return Task.FromResult(isIts);
    }

    public Task MoveMark(string shortcode, DateTimeOffset from, DateTimeOffset until, CancellationToken cancellation)
    {
        pulledUntil = pulledUntil > until ? pulledUntil : until;
        return Task.CompletedTask;
    }

    public Task End(string shortcode, Guid round, PullReport report)
    {
        time.Tell($"    Pull: {report.State} {report.Why}");
        pulling = pulling?.Round == round ? null : pulling;
        return Task.CompletedTask;
    }

    public Task<(ReceiptNumber Number, DateTimeOffset At)?> FindKnown(string shortcode, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellation) =>
        Task.FromResult<(ReceiptNumber, DateTimeOffset)?>(
            Receipts.FirstOrDefault(r => r.Number is not null && r.Method != PaymentMethod.Stk && r.At >= from && r.At <= to) is { } known ? (known.Number!.Value, known.At) : null);

    public Task<PullStanding?> Read(string shortcode, CancellationToken cancellation) => throw new NotSupportedException();
}
