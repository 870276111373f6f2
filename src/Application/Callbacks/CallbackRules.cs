using Payments.Domain;

namespace Payments.Application;

/// <summary>A row whose rules threw; the batch it was in changed nothing.</summary>
public sealed class PoisonRowException(Guid id, Exception inner) : Exception($"Callback {id:N} could not be applied.", inner)
{
    /// <summary>The row.</summary>
    public Guid Id { get; } = id;
}

/// <summary>A stored callback and what its body says.</summary>
public sealed record ReadCallback(InboxRow Row, CallbackMessage Message)
{
    /// <summary>What became of it.</summary>
    public Judgement Say(Verdict verdict, string? detail = null) => new(Row.Id, verdict, detail);
}

/// <summary>
/// What stored callbacks mean for payments: read all, load what they concern once, decide row by row, write once. Call inside a
/// transaction; what it loads stays locked until that ends. Each kind of callback has its rules with its feature.
/// </summary>
public sealed class CallbackRules(ICallbackReader reader, ICheckouts checkouts)
{
    /// <summary>Applies rows and says what became of each, and which of Safaricom's ids hints have named.</summary>
    /// <exception cref="PoisonRowException">A row threw; nothing may be committed.</exception>
    public async Task<(IReadOnlyList<Judgement> Judgements, IReadOnlyCollection<string> Hints)> Apply(
        IReadOnlyList<InboxRow> rows, DateTimeOffset now)
    {
        var reads = rows.Select(row => new ReadCallback(row, reader.Read(row.Kind, row.Body))).ToList();
        var books = await Load(reads);

        var judgements = new List<Judgement>(rows.Count);
        foreach (var read in reads)
        {
            try
            {
                judgements.Add(Judge(read, books, now));
            }
            catch (Exception why)
            {
                throw new PoisonRowException(read.Row.Id, why);
            }
        }

        await checkouts.Save(books.Checkouts);
        return (judgements, books.Hints);
    }

    private async Task<Books> Load(List<ReadCallback> reads)
    {
        var keys = new BookKeys();
        foreach (var read in reads)
        {
            if (read.Message is CallbackMessage.PromptResult result)
            {
                PromptRules.Gather(read, result, keys);
            }
        }

        return new(keys.Attempts.Count + keys.Numbers.Count == 0
            ? new([], [])
            : await checkouts.LoadForChange(new(AttemptIds: keys.Attempts, Numbers: keys.Numbers)));
    }

    private static Judgement Judge(ReadCallback read, Books books, DateTimeOffset now) => read.Message switch
    {
        CallbackMessage.Malformed malformed => read.Say(Verdict.Malformed, malformed.Why),
        CallbackMessage.PromptResult result => PromptRules.Judge(read, result, books, now),
        _ => read.Say(Verdict.Unmatched, "Nothing here waits for this kind of callback."),
    };
}
