using Payments.Application.Callbacks;
using Payments.Application.Cases;
using Payments.Application.Checkouts;
using Payments.Application.Common;
using Payments.Application.Reconciliation;
using Payments.Domain.Cases;
using Payments.Domain.Common;
using Payments.Domain.Payouts;

namespace Payments.Tests.Unit;

/// <summary>
/// A stand-in for PostgreSQL: rows, what a transaction that fails leaves behind (nothing), and the schema's refusals. What the domain forgets
/// to mark as changed is not written here either.
/// </summary>
internal sealed partial class Store(VirtualClock time)
{
    private readonly Stack<Action> undo = new();
    private bool isOpen;

    /// <summary>Jobs that send money, in the order they were enqueued; each is run at least once.</summary>
    public List<TransferId> Jobs { get; } = [];

    /// <summary>How often each thing was told, by subject and name.</summary>
    public Dictionary<(Guid, string), int> Told { get; } = [];

    public void Begin()
    {
        if (isOpen)
        {
            throw new InvalidOperationException("One transaction within another.");
        }

        isOpen = true;
        undo.Clear();
    }

    public void Commit() => isOpen = false;

    public void Rollback()
    {
        while (undo.TryPop(out var back))
        {
            back();
        }

        isOpen = false;
    }

    private void Put<TKey, T>(Dictionary<TKey, T> table, TKey key, T row)
        where TKey : notnull
    {
        var before = table.TryGetValue(key, out var old) ? (Is: true, Row: old) : (false, default!);
        if (isOpen)
        {
            undo.Push(() =>
            {
                if (before.Is)
                {
                    table[key] = before.Row;
                }
                else
                {
                    table.Remove(key);
                }
            });
        }

        table[key] = row;
    }

    private void Remove<TKey, T>(Dictionary<TKey, T> table, TKey key)
        where TKey : notnull
    {
        if (table.Remove(key, out var old) && isOpen)
        {
            undo.Push(() => table[key] = old);
        }
    }

    private void Enqueue(TransferId transfer)
    {
        Jobs.Add(transfer);
        if (isOpen)
        {
            undo.Push(() => Jobs.RemoveAt(Jobs.LastIndexOf(transfer)));
        }
    }

    private void Tell(Guid subject, IEnumerable<string> events)
    {
        foreach (var name in events)
        {
            Put(Told, (subject, name), Told.GetValueOrDefault((subject, name)) + 1);
        }
    }

    /// <summary>A CHECK or UNIQUE of the schema.</summary>
    private static void Check(bool holds, string constraint)
    {
        if (!holds)
        {
            throw new InvalidOperationException($"The schema refuses a row: {constraint}.");
        }
    }
}

/// <summary>A case as stored here.</summary>
internal sealed record SimCase(
    CaseId Id, string Kind, Guid SubjectId, CheckoutId? CheckoutId, string Story, bool IsOpen, string? Outcome, string? SettledBy, DateTimeOffset CreatedAt);

/// <summary>Cases and questions.</summary>
internal sealed partial class Store : ICases, IStatusQueries
{
    private readonly Dictionary<CaseId, SimCase> cases = [];
    private readonly Dictionary<StatusQueryId, StatusQuery> questions = [];

    public IReadOnlyCollection<SimCase> Cases => cases.Values;

    public bool HasCase(Guid subject, params string[] kinds) =>
        cases.Values.Any(c => c.SubjectId == subject && (kinds.Length == 0 || kinds.Contains(c.Kind)));

    public Task<StoredCase?> Find(CaseId id) => Task.FromResult(cases.TryGetValue(id, out var c) ? Shown(c) : null);

    public Task<bool> Settle(CaseId id, string outcome, string reason, string by)
    {
        if (!cases[id].IsOpen)
        {
            return Task.FromResult(false);
        }

        Put(cases, id, cases[id] with { IsOpen = false, Outcome = outcome, SettledBy = by });
        return Task.FromResult(true);
    }

    public Task<IReadOnlyList<StoredCase>> List(string? status, string? kind, Cursor? after, int limit, CancellationToken cancellation) =>
        throw new NotSupportedException();

    public Task<ILookup<Guid, CaseEntry>> History(IReadOnlyCollection<Guid> subjectIds, CancellationToken cancellation) => throw new NotSupportedException();

    public Task Add(StatusQueryId id, StatusQueryKind kind, Guid? subjectId, ReceiptNumber? receipt = null)
    {
        Put(questions, id, new(id, kind, subjectId, null, null, null) { Receipt = receipt });
        return Task.CompletedTask;
    }

    public Task AddPrompts(IReadOnlyCollection<(StatusQueryId Id, AttemptId AttemptId)> asked)
    {
        foreach (var (id, attempt) in asked)
        {
            Put(questions, id, new(id, StatusQueryKind.Prompt, attempt.Value, null, null, null));
        }

        return Task.CompletedTask;
    }

    public Task Withdraw(StatusQueryId id)
    {
        Remove(questions, id);
        return Task.CompletedTask;
    }

    public Task<IReadOnlyList<StatusQuery>> Load(IReadOnlyCollection<StatusQueryId> ids) =>
        Task.FromResult<IReadOnlyList<StatusQuery>>([.. ids.Where(questions.ContainsKey).Select(id => questions[id])]);

    public Task Accepted(StatusQueryId id, string? conversationId, string? originatorId)
    {
        if (questions.TryGetValue(id, out var q))
        {
            Put(questions, id, q with { ConversationId = q.ConversationId ?? conversationId, OriginatorId = q.OriginatorId ?? originatorId });
        }

        return Task.CompletedTask;
    }

    public Task Answered(IReadOnlyCollection<(StatusQueryId Id, string Answer)> answers)
    {
        foreach (var (id, _) in answers.Where(a => questions.ContainsKey(a.Id)))
        {
            Put(questions, id, questions[id] with { AnsweredAt = questions[id].AnsweredAt ?? time.Database });
        }

        return Task.CompletedTask;
    }

    public Task SaveBalances(IReadOnlyCollection<AccountBalance> balances, DateTimeOffset at) => Task.CompletedTask;

    public Task<IReadOnlyList<KnownBalance>> Balances(CancellationToken cancellation) => throw new NotSupportedException();

    public Task<(DateTimeOffset AskedAt, bool Answered, string? Answer)?> LastBalanceQuestion(TimeSpan since) => throw new NotSupportedException();

    private StoredCase Shown(SimCase c)
    {
        var subject = attempts.ContainsKey(new(c.SubjectId)) ? CaseSubject.Attempt
            : transfers.TryGetValue(new(c.SubjectId), out var transfer) ? transfer is Payout ? CaseSubject.Payout : CaseSubject.Refund
            : receipts.ContainsKey(new(c.SubjectId)) ? CaseSubject.Receipt
            : CaseSubject.Callback;
        return new(c.Id, c.Kind, subject, c.SubjectId, c.CheckoutId, "shop", c.Story, c.IsOpen ? "open" : "settled", c.Outcome, null, c.SettledBy, c.CreatedAt, null);
    }

    /// <summary>One open case for each kind and subject; met again, its story grows.</summary>
    private void Open(IEnumerable<Case> met)
    {
        foreach (var c in met)
        {
            Open(c.Kind, c.SubjectId, c.CheckoutId, CaseText.Of(c));
        }
    }

    private void Open(string kind, Guid subject, CheckoutId? checkout, string story)
    {
        if (cases.Values.FirstOrDefault(k => k.IsOpen && k.Kind == kind && k.SubjectId == subject) is { } open)
        {
            Put(cases, open.Id, open with { Story = open.Story + "\n" + story });
        }
        else
        {
            var id = NewId.Next<CaseId>();
            Put(cases, id, new(id, kind, subject, checkout, story, true, null, null, time.Database));
        }
    }

    private void Close(Guid subject, bool paid, params string[] kinds)
    {
        foreach (var open in cases.Values.Where(c => c.IsOpen && kinds.Contains(c.Kind) && c.SubjectId == subject).ToList())
        {
            Put(cases, open.Id, open with { IsOpen = false, Outcome = paid ? CaseOutcome.Paid : CaseOutcome.NotPaid, SettledBy = "service" });
        }
    }
}
