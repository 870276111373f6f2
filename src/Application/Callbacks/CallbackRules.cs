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
    /// <summary>Why a confirmation is not trusted; null when it is.</summary>
    public string? Distrust { get; init; }

    /// <summary>What became of it.</summary>
    public Judgement Say(Verdict verdict, string? detail = null) => new(Row.Id, verdict, detail);
}

/// <summary>
/// What stored callbacks mean for payments: read all, load what they concern once, decide row by row, write once. Call inside a
/// transaction; what it loads stays locked until that ends. Each kind of callback has its rules with its feature.
/// </summary>
public sealed class CallbackRules(ICallbackReader reader, ICheckouts checkouts, IPaybill paybill, OurShortcodes ours)
{
    /// <summary>Applies rows and says what became of each, and which of Safaricom's ids hints have named.</summary>
    /// <exception cref="PoisonRowException">A row threw; nothing may be committed.</exception>
    public async Task<(IReadOnlyList<Judgement> Judgements, IReadOnlyCollection<string> Hints)> Apply(
        IReadOnlyList<InboxRow> rows, DateTimeOffset now)
    {
        var reads = await Trust([.. rows.Select(row => new ReadCallback(row, reader.Read(row.Kind, row.Body)))]);
        var books = await Load(reads, now);

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

        await checkouts.Save(books.Checkouts, books.Unmatched);
        if (books.Untrusted.Count > 0)
        {
            await paybill.OpenCases(books.Untrusted);
        }

        return (judgements, books.Hints);
    }

    private async Task<List<ReadCallback>> Trust(List<ReadCallback> reads)
    {
        if (!reads.Exists(IsConfirmation))
        {
            return reads;
        }

        var registrations = await paybill.Registrations(CancellationToken.None);
        return reads.ConvertAll(read => IsConfirmation(read)
            ? read with { Distrust = ConfirmationRules.Distrust(read.Row, (CallbackMessage.Confirmation)read.Message, registrations, ours) }
            : read);

        static bool IsConfirmation(ReadCallback read) => read is { Row.Kind: CallbackKind.C2bConfirm, Message: CallbackMessage.Confirmation };
    }

    private async Task<Books> Load(List<ReadCallback> reads, DateTimeOffset now)
    {
        var keys = new BookKeys();
        foreach (var read in reads)
        {
            if (read.Message is CallbackMessage.PromptResult result)
            {
                PromptRules.Gather(read, result, keys);
            }

            if (read.Message is CallbackMessage.Confirmation confirmation)
            {
                ConfirmationRules.Gather(read, confirmation, keys, now);
            }
        }

        return new(keys.Attempts.Count + keys.Numbers.Count == 0
            ? new([], [])
            : await checkouts.LoadForChange(new(AttemptIds: keys.Attempts, Numbers: keys.Numbers, ReferenceKeys: keys.References, TillPayments: keys.TillPayments)));
    }

    private static Judgement Judge(ReadCallback read, Books books, DateTimeOffset now) => read.Message switch
    {
        CallbackMessage.Malformed malformed => read.Say(Verdict.Malformed, malformed.Why),
        CallbackMessage.PromptResult result => PromptRules.Judge(read, result, books, now),
        CallbackMessage.Confirmation confirmation => ConfirmationRules.Judge(read, confirmation, books, now),
        _ => read.Say(Verdict.Unmatched, "Nothing here waits for this kind of callback."),
    };
}
