using System.Diagnostics.Metrics;
using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using Payments.Application.Access;
using Payments.Application.C2b;
using Payments.Application.Callbacks;
using Payments.Application.Cases;
using Payments.Application.Checkouts;
using Payments.Application.Common;
using Payments.Application.Payouts;
using Payments.Application.Reconciliation;
using Payments.Application.Refunds;
using Payments.Application.Telemetry;
using Payments.Application.Transfers;
using Payments.Domain.Cases;
using Payments.Domain.Common;
using Payments.Domain.Payouts;
using Payments.Domain.Refunds;
using Payments.Domain.Transfers;

namespace Payments.Tests.Unit;

/// <summary>
/// One life, from its first order to two days after: a shop, customers, operators, processes that die, and M-PESA. The use cases are the real
/// ones; everything around them is a stand-in that the seed moves. The same seed lives the same life.
/// </summary>
internal sealed partial class SimulationRun
{
    private static readonly TimeSpan Lasts = TimeSpan.FromHours(60);
    private static readonly Caller Shop = new("shop", true, null);

    private static readonly DrainTelemetry Watching = new(new(NullPorts.Sees), NullPorts.Sees, NullLogger<DrainTelemetry>.Instance);

    private readonly ReconciliationOptions options = new();
    private readonly LimitOptions limits = new() { PromptAnswer = TimeSpan.Zero, HintQuestionsPerMinute = int.MaxValue };
    private readonly VirtualClock time;
    private readonly double crash;
    private readonly double held;
    private readonly bool isTill;
    private readonly bool setsClock;
    private readonly List<(CheckoutId Id, string Account)> orders = [];
    private Process process = null!;
    private HintThrottle hints = null!;
    private CallbackDispatcher? dispatcher;
    private DateTimeOffset? roundAt;

    public SimulationRun(int seed)
    {
        time = new(new Random(seed));
        var isCalm = time.Chance(0.1);
        double Up(double most) => isCalm ? 0 : time.Between(0, most);
        held = Up(0.5);
        crash = Up(0.02);
        isTill = time.Chance(0.15);
        accounts = new(seed);
        isShared = accounts.Next(10) < 4;
        numbers = accounts.Next(10) < 3 ? 4UL : ulong.MaxValue;
        policy = new(new([new() { Name = "shop", AccountPrefix = accounts.Next(2) == 0 ? "ORDER" : null }]), this);
        var (confirms, pulls) = (time.Chance(0.5), time.Chance(0.5));

        // Where payments are compared by their times with M-PESA's, and where a lie of the first minute must not be believed, a clock that is set
        // leaves nobody able to tell; everywhere else it may not matter.
        setsClock = !confirms && !pulls && time.Chance(0.5);
        Mpesa = new(
            time, Store = new(time),
            new(Up(0.15), Up(0.4), Up(0.3), Up(0.4), Up(0.5), setsClock ? 0 : Up(0.3), Up(0.2), Up(0.4), Up(0.2)), confirms, pulls, isTill,
            // Minutes off, one way or the other, in one life of four.
            clock: TimeSpan.FromMinutes(time.Chance(0.25) ? time.Between(2, 10) * time.Pick(-1, 1) : 0));
        Start();
    }

    public Store Store { get; }

    public Mpesa Mpesa { get; }

    public IReadOnlyList<string> Story => time.Story;

    /// <summary>Lives it to the end.</summary>
    public void Run()
    {
        var count = time.Pick(1, 3);
        for (var i = 0; i < count; i++)
        {
            var number = i;
            time.Within(0, 600, $"order {i}", () => Order(number));
        }

        for (var i = time.Pick(0, 2); i > 0; i--)
        {
            time.Within(0, 3600, "payout", Payout);
        }

        time.Within(600, 7200, "an operator has a quiet hour", WriteOff);

        if (time.Chance(0.3))
        {
            LoseBooks();
        }

        time.Within(0, 3000, "a forger", () => Mpesa.Forge(
            Store.Attempts.FirstOrDefault()?.Id.Value, orders.FirstOrDefault().Account ?? "NOBODY", Money.FromShillings(Price())));
        if (Mpesa.Pulls)
        {
            Pull();
        }

        for (var i = time.Chance(0.5) ? time.Pick(1, 3) : 0; i > 0; i--)
        {
            time.Within(60, time.Chance(0.5) ? 1500 : 40_000, "what is decided is erased", Store.Erase);
        }

        if (setsClock)
        {
            SetClock();
        }

        Operate();
        Watch();
        while (Defects.Count == 0 && time.Step(CheckoutBuilder.Start + Lasts))
        {
            Watch();
        }
    }

    // Few prices and few phones: what looks alike is what is hard to tell apart.
    private int Price() => time.Pick(100, 100, 100, 250);

    private string Phone() => time.Pick("254708374149", "254700000001");

    private void Order(int number)
    {
        var ((caller, named), reference) = (NameOf(number), string.Create(CultureInfo.InvariantCulture, $"cart-{number}"));
        Order(caller, named, reference);
    }

    /// <param name="reference">The id the shop's platform has for it.</param>
    private void Order(Caller caller, string? named, string reference)
    {
        var (price, phone) = (Price(), Phone());
        var prompted = time.Chance(0.9) ? phone : null;
        Ask($"order {reference}", () => Store.Rows.Any(c => c.ExternalId == reference), () => Do($"order {reference}", () =>
            new StartCheckoutHandler(Store, Allocator, process, process, process, new NoSecrets(), limits, options, new(Store, Store)).Handle(
                new(caller, named, reference, price, prompted, null, null, 1440, null), CancellationToken.None)));
        if (Store.Rows.FirstOrDefault(c => c.ExternalId == reference) is not { } made)
        {
            // It died before the commit: the shop asks again.
            time.Within(1, 5, $"order {reference} again", () => Order(caller, named, reference));
            return;
        }

        orders.Add((made.Id, made.Account.Value));
        for (var more = time.Pick(0, 2); more > 0; more--)
        {
            time.Within(60, 900, $"another prompt for {reference}", () => Do("pay", () =>
                new PayCheckoutHandler(Store, process, process, process, limits, options).Handle(new(caller with { Request = null }, made.Id, Phone()), CancellationToken.None)));
        }

        // A part by hand that is given back before the rest is paid.
        if (time.Chance(0.2))
        {
            time.Within(0, 300, $"a part by hand for {reference}", () => Mpesa.PayByHand(Money.FromShillings(40), made.Account.Value, phone));
            time.Within(1, 900, $"a refund of the part of {reference}", () => Refund(made.Id, 40));
        }

        for (var byHand = time.Chance(0.4) ? time.Pick(1, 2) : 0; byHand > 0; byHand--)
        {
            time.Within(0, 900, $"by hand for {reference}", () => Mpesa.PayByHand(
                Money.FromShillings(time.Chance(0.7) ? price : 40), time.Chance(0.8) ? Typed(made.Account) : "LUNCH", phone));
        }

        for (var reads = time.Pick(0, 3); reads > 0; reads--)
        {
            time.Within(45, 300, $"{reference} is read", () => Round(made.Id));
        }

        if (time.Chance(0.05))
        {
            time.Within(1, 1200, $"{reference} is given up", () =>
            {
                Do("cancel", () => new CancelCheckoutHandler(Store, process).Handle(new(Shop, made.Id), CancellationToken.None));
                time.Within(0, 120, "whoever ordered it wants to be forgotten", Store.Erase);
            });
        }

        for (var refunds = time.Chance(0.4) ? time.Pick(1, 4) : 0; refunds > 0; refunds--)
        {
            time.Within(60, 7200, $"a refund of {reference}", () => Refund(made.Id, price));
        }
    }

    // Back, or ahead and back again.
    private void SetClock()
    {
        var by = TimeSpan.FromSeconds(time.Between(1, 7200));
        if (time.Chance(0.5))
        {
            time.Within(1, 3600, "PostgreSQL's clock is set ahead", () => time.SetDatabase(by));
        }

        time.Within(60, 7200, "PostgreSQL's clock is set back", () =>
        {
            time.SetDatabase(-by);

            // Every worker looks every five seconds; whoever dies looking is followed by the next.
            for (var look = 0; look < 4; look++)
            {
                time.Within((5 * look) + 0.1, 5 * (look + 1), "a look for what waits too long", () =>
                    Do("heal", () => process.Run(_ => Task.FromResult(Store.Heal()), CancellationToken.None)));
            }
        });
    }

    private void Payout()
    {
        var method = time.Pick(PayoutMethod.Mpesa, PayoutMethod.Mpesa, PayoutMethod.Paybill, PayoutMethod.Till);
        var (phone, reference) = (Phone(), string.Create(CultureInfo.InvariantCulture, $"P-{time.Pick(0, 1_000_000)}"));
        Ask($"payout {reference}", () => Find(reference) is not null, () => Do("payout", () => new RequestPayoutHandler(Store, process, new NoCeilings(), Names).Handle(
            new(Shop, EnumNames.Name(method), method == PayoutMethod.Mpesa ? phone : "600100", method == PayoutMethod.Paybill ? "ACC" : null, 100, null, null, reference),
            CancellationToken.None)));
        if (time.Chance(0.1))
        {
            time.Within(0, 1200, $"{reference} is called off", () => Do("cancel payout", () =>
                new CancelTransferHandler(Store, Store, NullPorts.Sees, process).Handle(new CancelPayout(Shop, Find(reference)?.Id ?? default), CancellationToken.None)));
        }

        Payout? Find(string named) => Store.Transfers.OfType<Payout>().FirstOrDefault(p => p.Reference == named);
    }

    private void Refund(CheckoutId checkout, int price)
    {
        if (Store.Rows.FirstOrDefault(c => c.Id == checkout) is not { } row)
        {
            // A restore has forgotten the order, or made it anew.
            return;
        }

        int? amount = time.Chance(0.5) ? null : time.Pick(20, 60, price);
        var number = Store.Receipts.FirstOrDefault(r => r.CheckoutId == checkout)?.Number;
        Keyed("refund", caller => new RefundCheckoutHandler(Store, Store, new NoCeilings(), NullPorts.Sees, process, Names).Handle(
            new(caller, Store.Rows.FirstOrDefault(c => c.ExternalId == row.ExternalId)?.Id ?? checkout, amount, number?.Value, "Out of stock"), CancellationToken.None));

        // Surplus and money without an order go back by an operator's hand.
        if (Store.Receipts.FirstOrDefault(r => r.Surplus > Money.Zero || r.CheckoutId is null) is { } receipt && time.Chance(0.5))
        {
            Keyed("refund of surplus", caller => new RefundReceiptHandler(Store, Store, new NoCeilings(), NullPorts.Sees, process, Names).Handle(
                new(caller, Store.Receipts.FirstOrDefault(r => r.Id == receipt.Id || r.Number == receipt.Number)?.Id ?? receipt.Id, null, null), CancellationToken.None));
        }

        if (time.Chance(0.1) && Store.Transfers.OfType<Refund>().LastOrDefault() is { } last)
        {
            Do("cancel refund", () => new CancelTransferHandler(Store, Store, NullPorts.Sees, process).Handle(new CancelRefund(Shop, last.Id), CancellationToken.None));
        }
    }

    // Every quarter of an hour while money moves; later it would only make the life longer.
    private void Pull() => time.Within(0, 900, "Pull", () =>
    {
        Do("pull", () => new PullConfirmationsHandler(
            process, Store, Store, Store, process, process, Mpesa.Ours(isTill), new(new NoClaims(), Store), NullLogger<PullConfirmationsHandler>.Instance).Handle(new(), CancellationToken.None));
        time.After(time.Now < CheckoutBuilder.Start + TimeSpan.FromHours(3) ? TimeSpan.FromMinutes(15) : TimeSpan.FromHours(4), "Pull again", Pull);
    });

    /// <summary>Operators look into their cases now and then, ask, or settle them by what the portal shows.</summary>
    private void Operate() => time.Within(3600, 36_000, "operators", () =>
    {
        WriteOff();
        foreach (var open in Store.Cases.Where(c => c.IsOpen).ToList())
        {
            // What a restore holds back is gone through when it is declared over.
            if (time.Chance(0.4) || (open.Kind == CaseKind.NotSent && Store.IsRestoring))
            {
                continue;
            }

            if (time.Chance(0.3))
            {
                Do("ask", () => new RequeryCaseHandler(
                    Store, Store, Store, NullPorts.Sees, process, options, new(Store, Store, Store, process, Store, NullPorts.Sees, process, process))
                    .Handle(new(Shop, open.Id, open.Kind == CaseKind.UnreadableConfirmation ? Mpesa.Unread[open.SubjectId] : null), CancellationToken.None));
                continue;
            }

            var outcome = open.Kind is CaseKind.OutcomeUnknown or CaseKind.AmountDiffers or CaseKind.PartyDiffers or CaseKind.ReversalRefused
                ? (Mpesa.HasMoved(open.SubjectId) && !Mpesa.CameBack.Contains(open.SubjectId)) || IsReversed(open.SubjectId) ? CaseOutcome.Paid : CaseOutcome.NotPaid
                : CaseOutcome.Noted;
            Do("settle", () => new SettleCaseHandler(Store, Store, Store, NullPorts.Sees, process).Handle(new(Shop, open.Id, outcome, "The portal says so."), CancellationToken.None));
        }

        Operate();
    });

    private void WriteOff()
    {
        foreach (var left in Store.Receipts.Where(r => Store.UnsettledOf(r) > Money.Zero && time.Chance(0.3)).ToList())
        {
            Do("write off", () => new WriteOffReceiptHandler(
                Store, Store, Store, NullPorts.Sees, process, NullLogger<WriteOffReceiptHandler>.Instance).Handle(new(Shop, left.Id, "Nobody claims it"), CancellationToken.None));
        }
    }

    // In the portal a receipt that was given back shows as reversed, whichever request it was that did it.
    private bool IsReversed(Guid refund) => Store.Transfers.OfType<Refund>().FirstOrDefault(r => r.Id.Value == refund) is { Method: RefundMethod.Reversal } r
        && Mpesa.IsReversed(r.OriginalReceipt.Value);

    /// <summary>What runs in every process all the time: drains, jobs, questions, ends; each when there is something for it to do.</summary>
    private void Watch()
    {
        if (process.IsDead)
        {
            Start();
        }

        while (Store.Jobs.Count > 0)
        {
            var transfer = Store.Jobs[0];
            Store.Jobs.RemoveAt(0);

            // A job may be lost, and a job may be run twice.
            for (var runs = time.Chance(0.05) ? 0 : time.Chance(0.1) ? 2 : 1; runs > 0; runs--)
            {
                time.Within(0.01, 3, "a send job", () =>
                {
                    // A restore forgets jobs like everything else.
                    if (Store.Transfers.Any(t => t.TransferId == transfer))
                    {
                        Do("send", () => new SendTransferHandler(
                            Store, Store, process, process, options, NullPorts.Sees, NullLogger<SendTransferHandler>.Instance).Handle(new(transfer), CancellationToken.None));
                    }
                });
            }
        }

        var next = Next();
        if (next is { } at && (roundAt is null || roundAt > at))
        {
            roundAt = at;
            time.After(at - time.Now, "a round", () =>
            {
                if (roundAt <= time.Now)
                {
                    roundAt = null;
                    Round(null);
                }
            });
        }
    }

    /// <summary>When something is due next; rounds come every 5 s.</summary>
    private DateTimeOffset? Next()
    {
        var due = Store.Attempts.Select(a => a.NextQueryAt)
            .Concat(Store.Transfers.Select(t => t.Status == TransferStatus.Queued ? NextTry(t) : t.NextQueryAt))
            .Concat(Store.Rows.Select(c => c.HasEnded ? null : (DateTimeOffset?)c.ExpiresAt))
            .Concat(Store.Receipts.Select(r => r.SurplusDueAt))
            .Append(Store.HasNew ? time.Database : null).Min();
        return due is not { } at ? null : time.Now + (at > time.Database ? at - time.Database : TimeSpan.Zero) + TimeSpan.FromSeconds(time.Between(0.01, 5));
    }

    private void Round(CheckoutId? checkout)
    {
        Do("drain", () => new DrainCallbacksHandler(
            Store, dispatcher ??= Dispatchers.Of(Store, Store, Store, Mpesa.Ours(isTill), Store, Store), hints, process, Watching, NullLogger<DrainCallbacksHandler>.Instance)
            .Handle(new(), CancellationToken.None));
        Do("ask", () => new QueryOverdueAttemptsHandler(Store, Store, process, process, process, options, NullLogger<QueryOverdueAttemptsHandler>.Instance)
            .Handle(new(checkout), CancellationToken.None));
        Do("ask transfers", () => new QueryOverdueTransfersHandler(Store, Store, process, process, process, options, NullLogger<QueryOverdueTransfersHandler>.Instance)
            .Handle(new(), CancellationToken.None));
        Do("end due", () => new ExpireDueCheckoutsHandler(Store, process).Handle(new(), CancellationToken.None));
    }

    private void Start()
    {
        var born = process = new(time, Store, Mpesa, crash, held);
        hints = new(Store, Store, born, limits, TimeProvider.System);
        born.Later = command => time.Within(0.001, 0.5, "the push goes out", () =>
        {
            if (!born.IsDead && command is SendAttempt prompt)
            {
                Do("push", () => new SendAttemptHandler(Store, born, born).Handle(prompt, CancellationToken.None));
            }
        });
    }

    /// <summary>Runs a use case until it waits for M-PESA or is done. A death is a part of life; anything else it throws is a defect.</summary>
    private void Do<T>(string what, Func<Task<T>> useCase)
    {
        if (process.IsDead)
        {
            Start();
        }

        try
        {
            var running = useCase();
            if (running.IsCompleted)
            {
                Result(what, running);
            }
            else
            {
                running.ContinueWith(done => Result(what, done), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
            }
        }
        catch (CrashException)
        {
            // It died before it waited for anything.
        }
    }

    private void Result<T>(string what, Task<T> done)
    {
        if (done is { IsFaulted: true, Exception.InnerException: not CrashException })
        {
            if (done.Exception.InnerException is FluentValidation.ValidationException)
            {
                return;
            }

            Defects.Add($"{what}: {done.Exception.InnerException}");
        }
        else if (done is { IsCompletedSuccessfully: true, Result: IUseCaseResult { Refusal: { } refusal } })
        {
            time.Tell($"    {what}: {refusal.Code}");
        }
    }

    /// <summary>What was thrown that may not be thrown.</summary>
    public List<string> Defects { get; } = [];

    private sealed class NoSecrets : IClientSecrets
    {
        public string For(CheckoutId checkoutId) => "";
    }

    private sealed class NoCeilings : IPayoutCeilings
    {
        public Task<Refusal?> Reserve(Caller caller, Money amount, DateTimeOffset now) => Task.FromResult<Refusal?>(null);

        public Task Return(Caller caller, Money amount, DateTimeOffset now) => Task.CompletedTask;
    }

    /// <summary>Nobody watches a life.</summary>
    private sealed class NullPorts : IMeterFactory, ITraceContexts, IAudit
    {
        public static readonly NullPorts Sees = new();

        public Meter Create(MeterOptions options) => new(options);

        public Task<IReadOnlyDictionary<Guid, string>> Of(IReadOnlyCollection<Guid> ids) =>
            Task.FromResult<IReadOnlyDictionary<Guid, string>>(new Dictionary<Guid, string>());

        public Task Write(string actor, string action, string subject, object? before, object? after) => Task.CompletedTask;

        public void Dispose()
        {
            // Meters of nobody's hold nothing.
        }
    }
}
