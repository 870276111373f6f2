using Payments.Application.C2b;
using Payments.Application.Callbacks;
using Payments.Application.Checkouts;
using Payments.Application.Common;
using Payments.Domain.Cases;
using Payments.Domain.Checkouts;
using Payments.Domain.Common;
using Payments.Domain.Receipts;
using Payments.Domain.Transfers;

namespace Payments.Tests.Unit;

/// <summary>The inbox and what Paybill keeps.</summary>
internal sealed partial class Store : ICallbacks, IC2bPayments, ICallbackReader
{
    public static readonly Registration Registered = new(
        new(Guid.Parse("00000000-0000-0000-0000-000000000001")), "174379", "00", RegistrationState.Registered, "v2", "Completed", "", "", null, CheckoutBuilder.Start);

    private readonly Dictionary<CallbackId, (InboxRow Row, bool IsNew)> inbox = [];
    private readonly List<CallbackMessage> messages = [];
    private readonly HashSet<CallbackId> unmatched = [];
    private PayerHash? hash;
    private int hashSeen;

    public bool HasNew => inbox.Values.Any(r => r.IsNew);

    /// <summary>True while a callback is kept: a restore forgets those that came after the backup.</summary>
    public bool Holds(CallbackId callback) => inbox.ContainsKey(callback);

    /// <summary>Keeps a callback durably, as the inbox writer does.</summary>
    public CallbackId Receive(CallbackKind kind, Guid? subject, CallbackMessage message)
    {
        var row = new InboxRow(NewId.Next<CallbackId>(), kind, subject, BitConverter.GetBytes(messages.Count));
        messages.Add(message);
        inbox[row.Id] = (row, true);
        return row.Id;
    }

    /// <summary>Bodies here are numbers of messages: reading bytes has tests of its own.</summary>
    public CallbackMessage Read(CallbackKind kind, ReadOnlyMemory<byte> body) => messages[BitConverter.ToInt32(body.Span)];

    public Task<IReadOnlyList<InboxRow>> TakeNew(int limit) =>
        Task.FromResult<IReadOnlyList<InboxRow>>([.. inbox.Values.Where(r => r.IsNew).Select(r => r.Row).Take(limit)]);

    public Task<IReadOnlyList<InboxRow>> TakeNew(IReadOnlyCollection<CallbackId> ids) => throw new NotSupportedException("A batch was taken apart.");

    public Task Finish(IReadOnlyCollection<CallbackResult> judgements)
    {
        foreach (var judgement in judgements)
        {
            time.Tell($"    {inbox[judgement.Id].Row.Kind}: {judgement.Verdict} {judgement.Detail}");
            Put(inbox, judgement.Id, inbox[judgement.Id] with { IsNew = false });
            if (judgement.Verdict == Verdict.Unmatched)
            {
                unmatched.Add(judgement.Id);
            }
        }

        return Task.CompletedTask;
    }

    /// <summary>What came for a request before its row was made anew is looked at again.</summary>
    private void TakeUnmatchedAgain(Transfer added)
    {
        foreach (var (id, row) in inbox.Where(r => added.HasOwnName && r.Value.Row.SubjectId == added.TransferId.Value && unmatched.Contains(r.Key)).ToList())
        {
            unmatched.Remove(id);
            Put(inbox, id, row with { IsNew = true });
        }
    }

    public Task<IReadOnlyList<InboxRow>> TakeSetAside(int limit) => throw new NotSupportedException();

    public Task<CallbackId> Park(InboxRow row, string why) => throw new InvalidOperationException($"The rules threw: {why}.");

    public Task SetAside(IReadOnlyCollection<CallbackId> ids, TimeSpan wait, CallbackId? blockedBy) => throw new NotSupportedException("A batch was taken apart.");

    public Task SetAsideAll(Guid subjectId, TimeSpan wait, CallbackId blockedBy) => throw new NotSupportedException("A batch was taken apart.");

    public Task Release(CallbackId id) => throw new NotSupportedException();

    public Task<IReadOnlyList<Registration>> Registrations(CancellationToken cancellation) => Task.FromResult<IReadOnlyList<Registration>>([Registered]);

    public Task OpenCases(IReadOnlyCollection<UntrustedConfirmation> untrusted)
    {
        foreach (var one in untrusted)
        {
            if (checkouts.Values.FirstOrDefault(c => c.Account.Key == one.AccountKey) is { Status: not (CheckoutStatus.Paid or CheckoutStatus.Cancelled) } checkout
                && !cases.Values.Any(c => c.Kind == CaseKind.UntrustedConfirmation && c.CheckoutId == checkout.Id)
                && !receipts.Values.Any(r => r.Number == one.Receipt))
            {
                Open(CaseKind.UntrustedConfirmation, one.CallbackId.Value, checkout.Id, "untrusted");
            }
        }

        return Task.CompletedTask;
    }

    /// <summary>The numbers that cases of unreadable confirmations name, by the confirmation.</summary>
    private readonly Dictionary<Guid, ReceiptNumber> named = [];

    public Task OpenCases(IReadOnlyCollection<UnreadableConfirmation> odd)
    {
        foreach (var one in odd)
        {
            if (cases.Values.Any(c => c.Kind == one.Kind && (c.SubjectId == one.CallbackId.Value || (c.IsOpen && one.Receipt is { } told && named.GetValueOrDefault(c.SubjectId) == told))))
            {
                continue;
            }

            Open(one.Kind, one.CallbackId.Value, null, one.Story);
            if (one.Receipt is { } number)
            {
                Put(named, one.CallbackId.Value, number);
            }
        }

        return Task.CompletedTask;
    }

    public Task CloseCases(IReadOnlyCollection<ReceiptNumber> numbers)
    {
        foreach (var (callback, _) in named.Where(n => numbers.Contains(n.Value)).ToList())
        {
            Close(callback, paid: true, CaseKind.UnreadableConfirmation);
        }

        return Task.CompletedTask;
    }

    public Task OpenCases(IReadOnlyCollection<UnknownShortcodePayment> strays)
    {
        foreach (var stray in strays.Where(s => !cases.Values.Any(c => c.IsOpen && c.Kind == CaseKind.UnknownShortcode && c.Story == s.Shortcode))
            .DistinctBy(s => s.Shortcode).ToList())
        {
            Open(CaseKind.UnknownShortcode, stray.ReceiptId.Value, null, stray.Shortcode);
        }

        return Task.CompletedTask;
    }

    public Task NotePayerHash(string shortcode, PayerHash? used, int times)
    {
        var before = (hash, hashSeen);
        (hash, hashSeen) = (used, used is null ? 0 : used == hash ? hashSeen + times : times);
        undo.Push(() => (hash, hashSeen) = before);
        return Task.CompletedTask;
    }

    public Task<IReadOnlyList<(CallbackId Id, byte[] Body)>> StoredConfirmations(IReadOnlyCollection<CallbackId> callbackIds) =>
        Task.FromResult<IReadOnlyList<(CallbackId Id, byte[] Body)>>(
            [.. callbackIds.Where(inbox.ContainsKey).Select(id => inbox[id].Row).Where(row => row.Kind == CallbackKind.C2bConfirm).Select(row => (row.Id, row.Body))]);

    public Task<InboxRow?> TakeParked(CallbackId id) => throw new NotSupportedException();

    public Task<InboxRow?> TakeAgain(CallbackId id) => throw new NotSupportedException();

    public Task<bool> HasStale(TimeSpan age, CancellationToken cancellation) => throw new NotSupportedException();

    public Task<IReadOnlyList<CallbackView>> List(CallbackFilter filter, CancellationToken cancellation) => throw new NotSupportedException();

    Task<CallbackView?> ICallbacks.Find(CallbackId id, CancellationToken cancellation) => throw new NotSupportedException();

    Task IC2bPayments.CloseTakenBack(IReadOnlyCollection<ReceiptNumber> numbers) => throw new NotSupportedException();

    Task IC2bPayments.CloseUnreadable(IReadOnlyCollection<CallbackId> callbackIds) => throw new NotSupportedException();

    Task<Registration?> IC2bPayments.Find(RegistrationId id, CancellationToken cancellation) => throw new NotSupportedException();

    Task<(Registration Now, Registration? Before)?> IC2bPayments.Begin(string shortcode, string version, string responseType, bool renews) => throw new NotSupportedException();

    Task IC2bPayments.Conclude(Registration outcome) => throw new NotSupportedException();

    Task<AccountStatus?> IC2bPayments.Wanted(string accountKey, CancellationToken cancellation) => throw new NotSupportedException();

    Task<IReadOnlyList<ReceiptView>> IC2bPayments.Receipts(ReceiptFilter filter, Cursor? after, int limit, CancellationToken cancellation) => throw new NotSupportedException();

    Task<ReceiptView?> IC2bPayments.Receipt(ReceiptId id, CancellationToken cancellation) => Task.FromResult<ReceiptView?>(new(
        id.ToString(), receipts[id].Number?.Value, receipts[id].Amount.Shillings, "", null, null, "", "", receipts[id].At, null, 0, 0, null, null, 0,
        receipts[id].WrittenOff.Shillings, null, null, null));

    Task IC2bPayments.NoteMatch(ReceiptId receiptId, string by) => throw new NotSupportedException();

    Task IC2bPayments.NoteWriteOff(ReceiptId receiptId, string by, string reason) => Task.CompletedTask;
}
