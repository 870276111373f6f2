using Payments.Application.Checkouts;
using Payments.Domain.Cases;
using Payments.Domain.Checkouts;
using Payments.Domain.Common;
using Payments.Domain.Receipts;

namespace Payments.Tests.Unit;

/// <summary>Checkouts with their pushes and receipts.</summary>
internal sealed partial class Store : ICheckouts
{
    private readonly Dictionary<CheckoutId, Checkout> checkouts = [];
    private readonly Dictionary<AttemptId, Attempt> attempts = [];
    private readonly Dictionary<ReceiptId, Receipt> receipts = [];
    private readonly Dictionary<Guid, DateTimeOffset> askedAt = [];
    private bool unseen;
    private int looks;

    public IReadOnlyCollection<Attempt> Attempts => attempts.Values;

    public IReadOnlyCollection<Receipt> Receipts => receipts.Values;

    /// <summary>The checkouts' own rows.</summary>
    public IReadOnlyCollection<Checkout> Rows => checkouts.Values;

    /// <summary>Checkouts with all that is theirs.</summary>
    public IEnumerable<Checkout> All => checkouts.Keys.Select(id => Assemble(id));

    public Task<LoadedCheckouts> LoadForChange(CheckoutKeys keys)
    {
        var ids = new HashSet<CheckoutId>(keys.Ids ?? []);
        ids.UnionWith((keys.AttemptIds ?? []).Where(attempts.ContainsKey).Select(id => attempts[id].CheckoutId));
        ids.UnionWith(receipts.Values.Where(r => r.Number is { } number && (keys.Numbers ?? []).Contains(number)).Select(r => r.CheckoutId).OfType<CheckoutId>());
        ids.UnionWith(checkouts.Values.Where(c => (keys.AccountKeys ?? []).Contains(c.Account.Key)).Select(c => c.Id));
        foreach (var (amount, at) in keys.TillPayments ?? [])
        {
            ids.UnionWith(attempts.Values
                .Where(a => a.Amount == amount
                    && ((a.NextQueryAt is not null && PromptWindow.Holds(at, a.StartedAt)) || (IsNameless(a) && PromptWindow.MayHold(at, a.StartedAt))))
                .Select(a => a.CheckoutId));
        }

        // In one order whatever the keys were, as ORDER BY id gives it.
        var loaded = checkouts.Keys.Where(ids.Contains).Select(id => Assemble(id)).ToList();
        var unmatched = receipts.Values.Where(r => r.CheckoutId is null && (
                (r.Number is { } number && (keys.Numbers ?? []).Contains(number)) || (keys.ReceiptIds ?? []).Contains(r.Id)
                || (keys.WithTillReceipts && r.Method == PaymentMethod.Till
                    && loaded.SelectMany(c => c.Attempts).Any(a => a.Status != AttemptStatus.Succeeded && a.Amount == r.Amount && PromptWindow.MayHold(r.At, a.StartedAt)))))
            .Select(r => Copies.Of(r, attempts.Values.Where(a => a.Amount == r.Amount && !loaded.Exists(c => c.Id == a.CheckoutId)
                && (a.NextQueryAt is not null || IsNameless(a)) && PromptWindow.Holds(r.At, a.StartedAt)).Select(a => a.Phone))).ToList();
        unmatched.ForEach(receipt => receipt.Refunds.AddRange(RefundsOf(receipt.Id)));
        return Task.FromResult(new LoadedCheckouts(loaded, unmatched));
    }

    public Task<Checkout?> Find(CheckoutId id, CancellationToken cancellation) => Task.FromResult(checkouts.ContainsKey(id) ? Assemble(id) : null);

    public Task<IReadOnlySet<string>> TakenAccounts(IReadOnlyCollection<string> made, IReadOnlyCollection<string> own)
    {
        // Between the look and the INSERT somebody else may be quicker, but not every time.
        unseen = !unseen && looks++ % 5 == 4;
        return Task.FromResult<IReadOnlySet<string>>(unseen ? new HashSet<string>() : checkouts.Values.Select(c => c.Account.Key)
            .Concat(checkouts.Values.Select(c => c.Reference?.Key).OfType<string>().Where(made.Contains)).Where(key => made.Contains(key) || own.Contains(key)).ToHashSet());
    }

    public Task<NotAdded?> Add(Checkout checkout)
    {
        if (checkouts.Values.FirstOrDefault(c => c.Client == checkout.Client && c.Reference is not null && c.Reference?.Key == checkout.Reference?.Key) is { } other)
        {
            return Task.FromResult<NotAdded?>(new(other.Id));
        }

        if (checkouts.Values.Any(c => c.Account.Key == checkout.Account.Key))
        {
            return Task.FromResult<NotAdded?>(new((CheckoutId?)null));
        }

        Write(Copies.Of(checkout));
        return Task.FromResult<NotAdded?>(null);
    }

    public Task Save(IReadOnlyCollection<Checkout> saved, IReadOnlyCollection<Receipt>? unmatched = null)
    {
        foreach (var checkout in saved)
        {
            if (checkout.Version > checkout.OriginalVersion)
            {
                Check(checkout.OriginalVersion == 0 || checkouts[checkout.Id].Version == checkout.OriginalVersion, "a checkout was changed without its lock");
                Write(Copies.Of(checkout));
                Tell(checkout.Id.Value, checkout.Events);
            }

            foreach (var attempt in checkout.Attempts.Where(a => a.State is EntityState.Added or EntityState.Updated))
            {
                Write(attempt);
            }
        }

        var written = saved.SelectMany(c => c.Receipts).Concat((unmatched ?? []).Where(r => r.CheckoutId is null)).ToList();
        foreach (var merged in saved.SelectMany(c => c.MergedReceipts).Where(r => r.Number is null))
        {
            Remove(receipts, merged.Id);
        }

        foreach (var receipt in written.Where(r => r.State is EntityState.Added or EntityState.Updated))
        {
            Check(receipt.State == EntityState.Added || receipts[receipt.Id].Number is null || receipts[receipt.Id].Number == receipt.Number, "a number once known is never replaced");
            Put(receipts, receipt.Id, WithoutErased(Copies.Of(receipt)));
        }

        foreach (var receipt in written)
        {
            CheckReceipt(receipt);
            WriteSources(receipt);
        }

        foreach (var checkout in saved)
        {
            CheckGivenBack(checkout);
        }

        var changed = saved.Where(c => c.Version > c.OriginalVersion).ToList();
        Open(changed.SelectMany(c => c.Cases).Concat((unmatched ?? []).SelectMany(r => r.Cases)));
        foreach (var attempt in changed.SelectMany(c => c.ResolvedAttempts).Where(a => a is { IsSettled: true, SettledBy: not (null or SettledBy.Operator) }))
        {
            Close(attempt.Id.Value, attempt.Status == AttemptStatus.Succeeded, CaseKind.OutcomeUnknown);
        }

        return Task.CompletedTask;
    }

    public Task<DateTimeOffset?> ReservePrompt(Msisdn phone, int most, TimeSpan window, DateTimeOffset now) => Task.FromResult<DateTimeOffset?>(null);

    public Task<IReadOnlyList<DueAttempt>> ClaimDue(CheckoutId? checkoutId, int askable, int others, TimeSpan lease)
    {
        var due = attempts.Values.Where(a => a.NextQueryAt <= time.Database && (checkoutId is null || a.CheckoutId == checkoutId))
            .OrderBy(a => a.NextQueryAt).ToList();
        var taken = due.Where(a => a.RequestId is not null).Take(askable).Concat(due.Where(a => a.RequestId is null).Take(others)).ToList();
        foreach (var attempt in taken)
        {
            var row = Copies.Of(attempt).Become(r => r with { Queries = r.Queries with { NextAt = time.Database + lease, Count = r.Queries.Count + 1 } });
            NoteLateness(attempt);
            NoteWait(row);
            Put(attempts, row.Id, row);
            Put(askedAt, row.Id.Value, time.Database);
        }

        return Task.FromResult<IReadOnlyList<DueAttempt>>(
            [.. taken.Select(a => new DueAttempt(a.Id, a.CheckoutId, a.RequestId, a.QueryCount + 1, null))]);
    }

    public Task DiscountQuery(AttemptId attemptId)
    {
        var row = attempts[attemptId];
        Put(attempts, row.Id, Copies.Of(row).Become(r => r with { Queries = r.Queries with { Count = Math.Max(0, r.Queries.Count - 1) } }));
        return Task.CompletedTask;
    }

    public Task<IReadOnlyList<CheckoutId>> FindDue(int limit, CancellationToken cancellation) => Task.FromResult<IReadOnlyList<CheckoutId>>(
    [
        .. checkouts.Values.Where(IsDue).Select(c => c.Id)
            .Union(receipts.Values.Where(r => r.SurplusDueAt <= time.Database && r.CheckoutId is not null).Select(r => r.CheckoutId!.Value)),
    ]);

    public Task<int> BringForward(IReadOnlyCollection<string> requestIds, int most)
    {
        var hinted = attempts.Values.Where(a => a.RequestId is not null && requestIds.Contains(a.RequestId) && a.NextQueryAt > time.Database
            && a.StartedAt > time.Database - TimeSpan.FromDays(1)
            && (askedAt.TryGetValue(a.Id.Value, out var asked) ? asked : a.StartedAt) < time.Database - TimeSpan.FromSeconds(30)).Take(most).ToList();
        foreach (var attempt in hinted)
        {
            var row = Copies.Of(attempt).Become(r => r with { Queries = r.Queries.NotCounted(time.Database) });
            Put(attempts, row.Id, row);
        }

        return Task.FromResult(hinted.Count);
    }

    public Task<IReadOnlyList<Checkout>> List(CheckoutFilter filter, CancellationToken cancellation) => throw new NotSupportedException();

    private bool IsNameless(Attempt attempt) => receipts.Values.Any(r => r.AttemptId == attempt.Id && r.Number is null);

    private bool IsDue(Checkout checkout) => checkout.ExpiresAt <= time.Database
        && checkout.Status is CheckoutStatus.Open or CheckoutStatus.Pending or CheckoutStatus.Failed
        && !attempts.Values.Any(a => a.CheckoutId == checkout.Id && a.EndedAt is null
            && a.StartedAt > time.Database - Attempt.PromptLifetime && a.StartedAt < time.Database + Attempt.PromptLifetime);

    private Checkout Assemble(CheckoutId id)
    {
        var checkout = Copies.Of(checkouts[id]);
        checkout.Set(nameof(Checkout.PayerHash), hashSeen >= PayerHint.SeenEnough ? hash : null);
        checkout.Attempts.AddRange(attempts.Values.Where(a => a.CheckoutId == id).Select(Copies.Of).OrderBy(a => a.StartedAt));
        checkout.Receipts.AddRange(receipts.Values.Where(r => r.CheckoutId == id).Select(Copies.Of).OrderBy(r => r.RecordedAt));
        checkout.Receipts.ForEach(receipt => receipt.Refunds.AddRange(RefundsOf(receipt.Id)));
        return checkout;
    }

    private void Write(Checkout checkout)
    {
        Check(checkout.Paid >= Money.Zero && checkout.Paid <= checkout.Amount, "checkouts.paid");
        Check((checkout.Status == CheckoutStatus.Paid) == (checkout.Paid == checkout.Amount), "paid means the whole amount");
        Check(checkout.HasEnded == (checkout.EndedAt is not null), "checkouts.ended_at");
        Check(checkout.Status != CheckoutStatus.Cancelled || checkout.Paid == Money.Zero, "a cancelled one has nothing");
        if (checkout.Status == CheckoutStatus.Paid && checkouts.TryGetValue(checkout.Id, out var was) && was.Status != CheckoutStatus.Paid)
        {
            becamePaid.Add(checkout.Id);
        }

        Check(!checkouts.TryGetValue(checkout.Id, out var before) || before.Status != CheckoutStatus.Paid || checkout.Status == CheckoutStatus.Paid, "paid is never undone");
        Put(checkouts, checkout.Id, checkout);
    }

    private void Write(Attempt attempt)
    {
        var row = Copies.Of(attempt);
        if (attempts.TryGetValue(row.Id, out var before))
        {
            // TakeDue counts them, nobody else.
            row.Become(r => r with { Queries = r.Queries with { Count = before.QueryCount } });

            // One that only a receipt told of may be: its number can turn out to be another prompt's (R7).
            Check(
                before.Status != AttemptStatus.Succeeded || row.Status is AttemptStatus.Succeeded
                    || (row.Status == AttemptStatus.Unknown && before.SettledBy is SettledBy.Confirmation or SettledBy.Pull or SettledBy.StatusQuery),
                "a success is never left");
        }

        Check(row.IsSettled == (row.EndedAt is not null), "attempts.ended_at");
        Check((row.Status == AttemptStatus.Failed) == (row.Failure is not null), "attempts.failure_code");
        Check(row.Status != AttemptStatus.Succeeded || row.NextQueryAt is null, "a success is not asked about");
        Check(row.Phone is not null || row.Status is not (AttemptStatus.Sending or AttemptStatus.Sent), "attempts_erased");
        NoteWait(row);
        Put(attempts, row.Id, row);
    }

    private void CheckReceipt(Receipt receipt)
    {
        if (!receipts.TryGetValue(receipt.Id, out var row))
        {
            return;
        }

        Check(row.Amount > Money.Zero && row.Applied >= Money.Zero && row.Surplus >= Money.Zero && row.Unassigned >= Money.Zero, "receipts: amounts");
        Check(row.CheckoutId is not null || (row.Applied == Money.Zero && row.Surplus == Money.Zero), "what stands nowhere pays nothing");
        Check(row.WrittenOff >= Money.Zero && row.WrittenOff <= row.Amount - row.Applied, "what pays is not written off");
        Check(row.Number is not null || row.AttemptId is not null, "a receipt has a number or a prompt");
        Check(!row.IsInferred || row.AttemptId is not null, "receipts.inferred");
        Check(receipts.Values.Count(r => r.Number is not null && r.Number == row.Number) <= 1, $"receipt number {row.Number} twice");
        Check(receipts.Values.Count(r => r.AttemptId is not null && r.AttemptId == row.AttemptId) <= 1, "one prompt, one receipt");
    }
}
