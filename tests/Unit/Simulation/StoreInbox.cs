using Payments.Application;
using Payments.Domain;

namespace Payments.Tests.Unit;

/// <summary>The inbox and what Paybill keeps.</summary>
internal sealed partial class Store : ICallbacks, IPaybill, ICallbackReader
{
    public static readonly Registration Registered = new(
        Guid.Parse("00000000-0000-0000-0000-000000000001"), "174379", "00", RegistrationState.Registered, "v2", "Completed", "", "", null, Some.Start);

    private readonly Dictionary<Guid, (InboxRow Row, bool IsNew)> inbox = [];
    private readonly List<CallbackMessage> messages = [];
    private DateTimeOffset? pulledUntil;

    public bool HasNew => inbox.Values.Any(r => r.IsNew);

    /// <summary>Keeps a callback durably, as the inbox writer does.</summary>
    public void Receive(CallbackKind kind, Guid? subject, CallbackMessage message)
    {
        var row = new InboxRow(NewId.Next(), kind, subject, BitConverter.GetBytes(messages.Count));
        messages.Add(message);
        inbox[row.Id] = (row, true);
    }

    /// <summary>Bodies here are numbers of messages: reading bytes has tests of its own.</summary>
    public CallbackMessage Read(CallbackKind kind, ReadOnlyMemory<byte> body) => messages[BitConverter.ToInt32(body.Span)];

    public Task<IReadOnlyList<InboxRow>> TakeNew(int limit) =>
        Task.FromResult<IReadOnlyList<InboxRow>>([.. inbox.Values.Where(r => r.IsNew).Select(r => r.Row).Take(limit)]);

    public Task<IReadOnlyList<InboxRow>> TakeNew(IReadOnlyCollection<Guid> ids) => throw new NotSupportedException("A batch was taken apart.");

    public Task Finish(IReadOnlyCollection<Judgement> judgements)
    {
        foreach (var judgement in judgements)
        {
            time.Tell($"    {inbox[judgement.Id].Row.Kind}: {judgement.Verdict} {judgement.Detail}");
            Put(inbox, judgement.Id, inbox[judgement.Id] with { IsNew = false });
        }

        return Task.CompletedTask;
    }

    public Task Park(Guid id, string why) => throw new InvalidOperationException($"The rules threw: {why}.");

    public Task<IReadOnlyList<Registration>> Registrations(CancellationToken cancellation) => Task.FromResult<IReadOnlyList<Registration>>([Registered]);

    public Task OpenCases(IReadOnlyCollection<UntrustedConfirmation> untrusted)
    {
        foreach (var one in untrusted)
        {
            if (checkouts.Values.FirstOrDefault(c => c.Reference.Key == one.ReferenceKey) is { Status: not (CheckoutStatus.Paid or CheckoutStatus.Cancelled) } checkout
                && !cases.Values.Any(c => c.Kind == CaseKind.UntrustedConfirmation && c.CheckoutId == checkout.Id)
                && !receipts.Values.Any(r => r.Number == one.Receipt))
            {
                Open([new(CaseKind.UntrustedConfirmation, one.CallbackId, checkout.Id, "untrusted")]);
            }
        }

        return Task.CompletedTask;
    }

    public Task CloseCases(IReadOnlyCollection<string> numbers) => Task.CompletedTask;

    public Task<IReadOnlyList<(Guid Id, byte[] Body)>> StoredConfirmations(IReadOnlyCollection<Guid> callbackIds) =>
        Task.FromResult<IReadOnlyList<(Guid Id, byte[] Body)>>([]);

    public Task<(DateTimeOffset From, DateTimeOffset To)> PullWindow(string shortcode, TimeSpan overlap, TimeSpan kept, CancellationToken cancellation)
    {
        var from = time.Now - kept;
        return Task.FromResult((pulledUntil - overlap is { } last && last > from ? last : from, time.Now + TimeSpan.FromSeconds(1)));
    }

    public Task PulledUntil(string shortcode, DateTimeOffset until, CancellationToken cancellation)
    {
        pulledUntil = until;
        return Task.CompletedTask;
    }

    public Task<InboxRow?> TakeParked(Guid id) => throw new NotSupportedException();

    public Task<InboxRow?> TakeAgain(Guid id) => throw new NotSupportedException();

    public Task<bool> HasForgotten(TimeSpan age, CancellationToken cancellation) => throw new NotSupportedException();

    public Task<IReadOnlyList<CallbackView>> List(CallbackFilter filter, CancellationToken cancellation) => throw new NotSupportedException();

    Task<CallbackView?> ICallbacks.Find(Guid id, CancellationToken cancellation) => throw new NotSupportedException();

    Task<Registration?> IPaybill.Find(Guid id, CancellationToken cancellation) => throw new NotSupportedException();

    Task<(Registration Now, Registration? Before)?> IPaybill.Begin(string shortcode, string version, string responseType, bool renews) => throw new NotSupportedException();

    Task IPaybill.Conclude(Registration outcome) => throw new NotSupportedException();

    Task<OrderWanted?> IPaybill.Wanted(string referenceKey, CancellationToken cancellation) => throw new NotSupportedException();

    Task<IReadOnlyList<ReceiptView>> IPaybill.Receipts(bool? matched, Cursor? after, int limit, CancellationToken cancellation) => throw new NotSupportedException();

    Task<ReceiptView?> IPaybill.Receipt(Guid id, CancellationToken cancellation) => throw new NotSupportedException();

    Task IPaybill.NoteMatch(Guid receiptId, string by) => throw new NotSupportedException();
}
