using Payments.Application.C2b;
using Payments.Application.Callbacks;
using Payments.Application.Checkouts;
using Payments.Application.Reconciliation;
using Payments.Application.Transfers;
using Payments.Domain.Checkouts;
using Payments.Domain.Common;
using Payments.Domain.Payouts;
using Payments.Domain.Receipts;
using Payments.Domain.Refunds;
using Payments.Domain.Transfers;
using Payments.Infrastructure.Daraja;

namespace Payments.Tests.Unit;

/// <summary>
/// A shop with one of everything that a callback can be about, in memory: the real reader and the real rules, with lists in place of tables.
/// Amounts and ids are those of the recorded bodies.
/// </summary>
internal sealed class FuzzWorld : ICheckouts, IC2bPayments, ITransfers, IStatusQueries
{
    public static readonly AttemptId AttemptId = new(Guid.Parse("00000000-0000-7000-8000-000000000001"));
    public static readonly PayoutId PayoutId = new(Guid.Parse("00000000-0000-7000-8000-000000000002"));
    public static readonly RefundId RefundId = new(Guid.Parse("00000000-0000-7000-8000-000000000003"));
    public static readonly StatusQueryId StatusId = new(Guid.Parse("00000000-0000-7000-8000-000000000004"));
    public static readonly StatusQueryId BalanceId = new(Guid.Parse("00000000-0000-7000-8000-000000000005"));
    public static readonly RegistrationId RegistrationId = new(Guid.Parse("00000000-0000-7000-8000-000000000006"));

    private readonly Registration registration = new(
        RegistrationId, "600966", new string('0', 32), RegistrationState.Registered, "v2", "Completed", "", "", null, null);

    public FuzzWorld()
    {
        _ = OrderReference.TryParse("INV-8", out var reference);
        Checkout = Checkout.Open(
            new(Guid.NewGuid()), "shop", new(Account.Of(reference), reference), Money.FromShillings(1), null, null, null, new Dictionary<string, string>(), TimeSpan.FromHours(24), CheckoutBuilder.Start);
        var attempt = Checkout.Prompt(AttemptId, CheckoutBuilder.Phone, CheckoutBuilder.Start + TimeSpan.FromSeconds(45), CheckoutBuilder.Start);
        Checkout.Accepted(attempt, null, null, CheckoutBuilder.Start);
        Payout = (Payout)Copies.Changed(
            Payout.Queue(PayoutId, "shop", "P-1", PayoutMethod.Mpesa, TransferBuilder.Recipient, null, Money.FromShillings(10), "business", "Payment", CheckoutBuilder.Start),
            request => request with { Ids = new(null, "inv-8-a1") });
        Payout.Send(CheckoutBuilder.Start + TimeSpan.FromMinutes(1), CheckoutBuilder.Start);
        var receipt = new Receipt
        {
            Id = new(Guid.NewGuid()),
            Number = new ReceiptNumber("UGA7RT61SV"),
            Amount = Money.FromShillings(1),
            Method = PaymentMethod.Paybill,
            SettledBy = SettledBy.Confirmation,
            At = CheckoutBuilder.Start,
        };
        Refund = Refund.Queue(RefundId, "shop", new(receipt, receipt.Amount, RefundMethod.Reversal, CheckoutBuilder.Phone), null, "Back", ofSurplus: true, CheckoutBuilder.Start);
        Refund.Send(CheckoutBuilder.Start + TimeSpan.FromMinutes(1), CheckoutBuilder.Start);
        Rules = Dispatchers.Of(new CallbackReader(), this, this, new("600966", "600000"), this, this);
    }

    public CallbackDispatcher Rules { get; }

    public Checkout Checkout { get; }

    public Payout Payout { get; }

    public Refund Refund { get; }

    /// <summary>Receipts that stand nowhere, as they were written.</summary>
    public List<Receipt> Unmatched { get; } = [];

    /// <summary>How all the money stands: what an untrusted callback must not move.</summary>
    public string Standing =>
        $"{Checkout.Status} {Checkout.Paid} {string.Join(',', Checkout.Attempts.Select(a => a.Status))} {Checkout.Receipts.Count} {Payout.Status} {Refund.Status} {Unmatched.Count}";

    public Task<LoadedCheckouts> LoadForChange(CheckoutKeys keys)
    {
        var found = keys.AttemptIds?.Contains(AttemptId) == true || keys.AccountKeys?.Contains(Checkout.Account.Key) == true
            || (keys.Numbers ?? []).Any(number => Checkout.Receipts.Exists(r => r.Number == number)) || keys.TillPayments is { Count: > 0 };
        return Task.FromResult(new LoadedCheckouts(found ? [Checkout] : [], [.. Unmatched.Where(r => keys.Numbers?.Contains(r.Number!.Value) == true)]));
    }

    public Task Save(IReadOnlyCollection<Checkout> checkouts, IReadOnlyCollection<Receipt>? unmatched = null)
    {
        Unmatched.AddRange((unmatched ?? []).Where(r => r.CheckoutId is null && !Unmatched.Contains(r)));
        Unmatched.RemoveAll(r => r.CheckoutId is not null);
        return Task.CompletedTask;
    }

    public Task<IReadOnlyList<Registration>> Registrations(CancellationToken cancellation) => Task.FromResult<IReadOnlyList<Registration>>([registration]);

    public Task OpenCases(IReadOnlyCollection<UntrustedConfirmation> untrusted) => Task.CompletedTask;

    public Task OpenCases(IReadOnlyCollection<UnreadableConfirmation> odd) => Task.CompletedTask;

    public Task OpenCases(IReadOnlyCollection<UnknownShortcodePayment> strays) => Task.CompletedTask;

    public Task NotePayerHash(string shortcode, PayerHash? used, int times) => Task.CompletedTask;

    public Task CloseCases(IReadOnlyCollection<ReceiptNumber> numbers) => Task.CompletedTask;

    public Task<IReadOnlyList<(CallbackId Id, byte[] Body)>> StoredConfirmations(IReadOnlyCollection<CallbackId> callbackIds) =>
        Task.FromResult<IReadOnlyList<(CallbackId, byte[])>>([]);

    Task<IReadOnlyList<Transfer>> ITransfers.LoadForChange(IReadOnlyCollection<TransferId> ids) =>
        Task.FromResult<IReadOnlyList<Transfer>>([.. new Transfer[] { Payout, Refund }.Where(t => ids.Contains(t.TransferId))]);

    public Task<(IReadOnlyList<CheckoutId> Checkouts, IReadOnlyList<ReceiptId> Receipts)> GuardsOf(IReadOnlyCollection<TransferId> ids) =>
        Task.FromResult<(IReadOnlyList<CheckoutId>, IReadOnlyList<ReceiptId>)>(([], []));

    public Task Save(IReadOnlyCollection<Transfer> transfers) => Task.CompletedTask;

    public Task<IReadOnlyList<StatusQuery>> Load(IReadOnlyCollection<StatusQueryId> ids) => Task.FromResult<IReadOnlyList<StatusQuery>>(
        [.. new StatusQuery[] { new(StatusId, StatusQueryKind.Status, PayoutId.Value, null, null, null), new(BalanceId, StatusQueryKind.Balance, null, null, null, null) }
            .Where(q => ids.Contains(q.Id))]);

    public Task Answered(IReadOnlyCollection<(StatusQueryId Id, string Answer)> answers) => Task.CompletedTask;

    public Task SaveBalances(IReadOnlyCollection<AccountBalance> balances, DateTimeOffset at) => Task.CompletedTask;

    // Nothing of the following is on a callback's way.
    Task<Checkout?> ICheckouts.Find(CheckoutId id, CancellationToken cancellation) => throw new NotSupportedException();
    Task<IReadOnlyList<Checkout>> ICheckouts.List(CheckoutFilter filter, CancellationToken cancellation) => throw new NotSupportedException();
    Task<IReadOnlySet<string>> ICheckouts.TakenAccounts(IReadOnlyCollection<string> made, IReadOnlyCollection<string> own) => throw new NotSupportedException();
    Task<NotAdded?> ICheckouts.Add(Checkout checkout) => throw new NotSupportedException();
    Task<DateTimeOffset?> ICheckouts.ReservePrompt(Msisdn phone, int most, TimeSpan window, DateTimeOffset now) => throw new NotSupportedException();
    Task<IReadOnlyList<DueAttempt>> ICheckouts.ClaimDue(CheckoutId? checkoutId, int askable, int others, TimeSpan lease) => throw new NotSupportedException();
    Task ICheckouts.DiscountQuery(AttemptId attemptId) => throw new NotSupportedException();
    Task<IReadOnlyList<CheckoutId>> ICheckouts.FindDue(int limit, CancellationToken cancellation) => throw new NotSupportedException();
    Task<int> ICheckouts.BringForward(IReadOnlyCollection<string> requestIds, int most) => throw new NotSupportedException();
    Task<Registration?> IC2bPayments.Find(RegistrationId id, CancellationToken cancellation) => throw new NotSupportedException();
    Task<(Registration Now, Registration? Before)?> IC2bPayments.Begin(string shortcode, string version, string responseType, bool renews) => throw new NotSupportedException();
    Task IC2bPayments.Conclude(Registration outcome) => throw new NotSupportedException();
    Task<AccountStatus?> IC2bPayments.Wanted(string referenceKey, CancellationToken cancellation) => throw new NotSupportedException();
    Task<IReadOnlyList<ReceiptView>> IC2bPayments.Receipts(ReceiptFilter filter, Cursor? after, int limit, CancellationToken cancellation) => throw new NotSupportedException();
    Task<ReceiptView?> IC2bPayments.Receipt(ReceiptId id, CancellationToken cancellation) => throw new NotSupportedException();
    Task IC2bPayments.NoteMatch(ReceiptId receiptId, string by) => throw new NotSupportedException();

    Task IC2bPayments.NoteWriteOff(ReceiptId receiptId, string by, string reason) => throw new NotSupportedException();
    Task<IReadOnlyList<DueTransfer>> ITransfers.ClaimDue(int askable, int others, TimeSpan lease) => throw new NotSupportedException();
    Task<int> ITransfers.RequeueStale(TimeSpan age, int limit) => throw new NotSupportedException();
    Task<int> ITransfers.LetWaitingGo(Transfer sent) => throw new NotSupportedException();
    Task<IReadOnlyList<TransferId>> ITransfers.FindUntold(TimeSpan after, int limit, CancellationToken cancellation) => throw new NotSupportedException();
    Task<int> ITransfers.BringForward(IReadOnlyCollection<string> ids, int most) => throw new NotSupportedException();
    Task IC2bPayments.CloseTakenBack(IReadOnlyCollection<ReceiptNumber> numbers) => throw new NotSupportedException();

    Task IC2bPayments.CloseUnreadable(IReadOnlyCollection<CallbackId> callbackIds) => throw new NotSupportedException();
    Task IStatusQueries.Add(StatusQueryId id, StatusQueryKind kind, Guid? subjectId, ReceiptNumber? receipt) => throw new NotSupportedException();
    Task IStatusQueries.AddPrompts(IReadOnlyCollection<(StatusQueryId Id, AttemptId AttemptId)> asked) => throw new NotSupportedException();
    Task IStatusQueries.Withdraw(StatusQueryId id) => throw new NotSupportedException();
    Task IStatusQueries.Accepted(StatusQueryId id, string? conversationId, string? originatorId) => throw new NotSupportedException();
    Task<IReadOnlyList<KnownBalance>> IStatusQueries.Balances(CancellationToken cancellation) => throw new NotSupportedException();
    Task<(DateTimeOffset AskedAt, bool Answered, string? Answer)?> IStatusQueries.LastBalanceQuestion(TimeSpan since) => throw new NotSupportedException();
}
