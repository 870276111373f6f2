using Payments.Domain;

namespace Payments.Application;

/// <summary>A row whose rules threw; the batch it was in changed nothing.</summary>
public sealed class PoisonRowException(Guid id, Exception inner) : Exception($"Callback {id:N} could not be applied.", inner)
{
    /// <summary>The row.</summary>
    public Guid Id { get; } = id;
}

/// <summary>
/// What stored callbacks mean for payments: read all, load what they concern once, decide row by row, write once. Call inside a
/// transaction; what it loads stays locked until that ends.
/// </summary>
public sealed class CallbackRules(ICallbackReader reader, ICheckouts checkouts)
{
    private sealed record Read(InboxRow Row, CallbackMessage Message);

    /// <summary>Applies rows and says what became of each, and which of Safaricom's ids hints have named.</summary>
    /// <exception cref="PoisonRowException">A row threw; nothing may be committed.</exception>
    public async Task<(IReadOnlyList<Judgement> Judgements, IReadOnlyCollection<string> Hints)> Apply(
        IReadOnlyList<InboxRow> rows, DateTimeOffset now)
    {
        var reads = rows.Select(row => new Read(row, reader.Read(row.Kind, row.Body))).ToList();
        var books = await Load(reads);

        var judgements = new List<Judgement>(rows.Count);
        var hints = new HashSet<string>(StringComparer.Ordinal);
        foreach (var read in reads)
        {
            try
            {
                judgements.Add(Judge(read, books, hints, now));
            }
            catch (Exception why)
            {
                throw new PoisonRowException(read.Row.Id, why);
            }
        }

        await checkouts.Save(books.Checkouts);
        return (judgements, hints);
    }

    private async Task<Books> Load(List<Read> reads)
    {
        var attempts = new List<Guid>();
        var numbers = new List<string>();
        foreach (var read in reads)
        {
            if (read is { Row: { Kind: CallbackKind.Stk, SubjectId: { } attempt }, Message: CallbackMessage.PromptResult result })
            {
                attempts.Add(attempt);
                if (result.Outcome is Outcome.Paid { Receipt: { } number })
                {
                    numbers.Add(number);
                }
            }
        }

        return new(attempts.Count == 0 ? new([], []) : await checkouts.LoadForChange(new(AttemptIds: attempts, Numbers: numbers)));
    }

    private static Judgement Judge(Read read, Books books, HashSet<string> hints, DateTimeOffset now)
    {
        Judgement Say(Verdict verdict, string? detail) => new(read.Row.Id, verdict, detail);

        switch (read.Message)
        {
            case CallbackMessage.Malformed malformed:
                return Say(Verdict.Malformed, malformed.Why);

            case CallbackMessage.PromptResult result when read.Row.SubjectId is null:
                return Hint(result, hints, Say);

            case CallbackMessage.PromptResult result:
                return Prompt(result, read.Row.SubjectId.Value, books, Say, now);

            default:
                return Say(Verdict.Unmatched, "Nothing here waits for this kind of callback.");
        }
    }

    private static Judgement Prompt(
        CallbackMessage.PromptResult result, Guid attemptId, Books books, Func<Verdict, string?, Judgement> say, DateTimeOffset now)
    {
        if (books.Attempt(attemptId) is not var (checkout, attempt))
        {
            return say(Verdict.Unmatched, "Its token was made for a prompt that is not in this database.");
        }

        if (attempt.RequestId is { } known && known != result.RequestId)
        {
            // Rule 3: the right token with another push's id is not this push's callback.
            return say(Verdict.Hint, "Its CheckoutRequestID is not that of the prompt its address belongs to.");
        }

        attempt.RequestId ??= result.RequestId;
        attempt.Touch();
        var number = (result.Outcome as Outcome.Paid)?.Receipt;
        var verdict = checkout.HearCallback(attempt, result.Outcome, number is null ? null : books.Receipt(number), NewId.Next(), now);
        books.Remember(checkout);
        return say(verdict, verdict == Verdict.Hint ? "It settles nothing by itself; Safaricom is asked." : null);
    }

    private static Judgement Hint(CallbackMessage.PromptResult result, HashSet<string> hints, Func<Verdict, string?, Judgement> say)
    {
        if (result.RequestId is { } requestId)
        {
            hints.Add(requestId);
        }

        return say(Verdict.Hint, "Its address carries no valid token; at most it is a reason to ask Safaricom.");
    }

    /// <summary>What a batch loaded, found by what callbacks name.</summary>
    private sealed class Books
    {
        private readonly Dictionary<Guid, (Checkout, Attempt)> attempts = [];
        private readonly Dictionary<string, Receipt> receipts = new(StringComparer.Ordinal);

        public Books(LoadedCheckouts loaded)
        {
            Checkouts = loaded.Checkouts;
            foreach (var checkout in loaded.Checkouts)
            {
                checkout.Attempts.ForEach(attempt => attempts[attempt.Id] = (checkout, attempt));
                Remember(checkout);
            }

            foreach (var receipt in loaded.Unmatched)
            {
                receipts[receipt.Number!] = receipt;
            }
        }

        public IReadOnlyList<Checkout> Checkouts { get; }

        public (Checkout Checkout, Attempt Attempt)? Attempt(Guid id) => attempts.TryGetValue(id, out var found) ? found : null;

        public Receipt? Receipt(string number) => receipts.GetValueOrDefault(number);

        /// <summary>Lets the next row of the batch see the receipts this one brought.</summary>
        public void Remember(Checkout checkout)
        {
            foreach (var receipt in checkout.Receipts.Where(r => r.Number is not null))
            {
                receipts[receipt.Number!] = receipt;
            }
        }
    }
}
