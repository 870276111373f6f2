using Payments.Application.C2b;
using Payments.Application.Checkouts;
using Payments.Application.Diagnostics;
using Payments.Application.Reconciliation;
using Payments.Application.Transfers;
using Payments.Domain.C2b;
using Payments.Domain.Callbacks;

namespace Payments.Application.Callbacks;

/// <summary>A row whose rules threw; the batch it was in changed nothing.</summary>
public sealed class CallbackFailedException(Guid id, Exception inner) : Exception($"Callback {id:N} could not be applied.", inner)
{
    /// <summary>The row.</summary>
    public Guid Id { get; } = id;
}

/// <summary>
/// What stored callbacks mean for payments: read all, load what they concern once, decide row by row, write once. Call inside a
/// transaction; what it loads stays locked until that ends. Each kind of callback has its rules with its feature.
/// </summary>
public sealed class CallbackDispatcher(
    ICallbackReader reader, ICheckouts checkouts, IC2bPayments paybill, OurShortcodes ours, ITransfers transfers, IStatusQueries questions)
{
    /// <summary>Applies rows and says what became of each, and which of Safaricom's ids hints have named.</summary>
    /// <exception cref="CallbackFailedException">A row threw; nothing may be committed.</exception>
    public async Task<(IReadOnlyList<CallbackResult> Judgements, IReadOnlyCollection<string> Hints)> Apply(
        IReadOnlyList<InboxRow> rows, DateTimeOffset now)
    {
        var (judgements, books) = await Process(rows, now);
        return (judgements, books.Hints);
    }

    /// <summary>The same, with everything the rows may have changed.</summary>
    /// <param name="remembers">True to be able to tell afterwards what changed; nobody asks that of a thousand rows.</param>
    /// <exception cref="CallbackFailedException">A row threw; nothing may be committed.</exception>
    public async Task<(IReadOnlyList<CallbackResult> Judgements, CallbackBatch Books)> Process(
        IReadOnlyList<InboxRow> rows, DateTimeOffset now, bool remembers = false)
    {
        var reads = await Trust([.. rows.Select(row => new ParsedCallback(row, reader.Read(row.Kind, row.Body)))]);
        var books = await Load(reads, now);
        if (remembers)
        {
            books.Snapshot();
        }

        var judgements = new List<CallbackResult>(rows.Count);
        foreach (var read in reads)
        {
            try
            {
                judgements.Add(read.Finish(ApplyMessage(read, books, now)));
            }
            catch (Exception why)
            {
                throw new CallbackFailedException(read.Row.Id, why);
            }
        }

        await checkouts.Save(books.Checkouts, books.Unmatched);
        await transfers.Save(books.Transfers);
        await SaveAnswers(books, now);
        if (books.Confirmed.Count > 0)
        {
            await paybill.CloseCases(books.Confirmed);
        }

        if (books.TakenBack.Count > 0)
        {
            await paybill.CloseTakenBack(books.TakenBack);
        }

        if (remembers && reads.Where(UnreadableConfirmations.IsUnderstood).Select(read => read.Row.Id).ToList() is { Count: > 0 } understood)
        {
            // A newer version reads what an older one could not.
            await paybill.CloseUnreadable(understood);
        }

        // Closed before others are opened: two batches that did it the other way round could wait for each other.
        if (books.Untrusted.Count > 0)
        {
            await paybill.OpenCases(books.Untrusted);
        }

        if (books.Odd.Count > 0)
        {
            await paybill.OpenCases(books.Odd);
        }

        if (books.Strays.Count > 0)
        {
            await paybill.OpenCases(books.Strays);
        }

        // News only: what is known already costs no statement.
        if (books.Hashes.News(books.Checkouts.Count > 0 ? books.Checkouts[0].PayerHash : null) is var (used, times))
        {
            await paybill.NotePayerHash(ours.Main, used, times);
        }

        return (judgements, books);
    }

    /// <summary>
    /// What a row is about, as far as another row may be about the same: a payment by its token, money by its number and its order. Empty where
    /// it is about nothing of ours. Never throws: it is asked of rows that made the rules throw.
    /// </summary>
    public IReadOnlyCollection<string> SubjectsOf(InboxRow row)
    {
        if (!row.IsOfRegistration)
        {
            return row.SubjectId is { } subject ? [subject.ToString("N")] : [];
        }

        try
        {
            var keys = new BatchKeys();
            var read = new ParsedCallback(row, reader.Read(row.Kind, row.Body));
            if (read.Message is CallbackMessage.Confirmation told)
            {
                ConfirmationHandler.CollectKeys(read, told, keys, ours, row.ReceivedAt);
            }
            else if (read.Message is CallbackMessage.Malformed malformed)
            {
                UnreadableCallbackHandler.CollectKeys(read, malformed, keys);
            }

            return [.. keys.Numbers.Select(number => "receipt " + number), .. keys.References.Select(reference => "order " + reference)];
        }
        catch (Exception)
        {
            // A row nobody can read stands for itself.
            return [];
        }
    }

    private async Task<List<ParsedCallback>> Trust(List<ParsedCallback> reads)
    {
        if (!reads.Exists(IsConfirmation))
        {
            return reads;
        }

        var registrations = await paybill.Registrations(CancellationToken.None);
        return reads.ConvertAll(read => IsConfirmation(read) ? ConfirmationTrust.Judge(read, registrations) : read);

        static bool IsConfirmation(ParsedCallback read) => read is { Row: { Kind: CallbackKind.C2bConfirm, IsProbe: false } };
    }

    private async Task<CallbackBatch> Load(List<ParsedCallback> reads, DateTimeOffset now)
    {
        var keys = new BatchKeys();
        foreach (var read in reads.Where(read => !read.Row.IsProbe))
        {
            switch (read.Message)
            {
                case CallbackMessage.Malformed malformed:
                    UnreadableCallbackHandler.CollectKeys(read, malformed, keys);
                    break;
                case CallbackMessage.StkResult result:
                    StkCallbackHandler.CollectKeys(read, result, keys);
                    break;
                case CallbackMessage.TransferResult:
                case CallbackMessage.QueueTimeout when !StatusQueryCallbackHandler.IsAbout(read.Row.Kind):
                    TransferCallbackHandler.CollectKeys(read, keys);
                    break;
                case CallbackMessage.StatusResult or CallbackMessage.BalanceResult or CallbackMessage.QueueTimeout:
                    StatusQueryCallbackHandler.CollectKeys(read, keys);
                    break;
                case CallbackMessage.Confirmation confirmation:
                    ConfirmationHandler.CollectKeys(read, confirmation, keys, ours, now);
                    break;
            }
        }

        // Locked in one order whatever the batch holds: checkouts, then payouts and refunds. What a question is about never changes.
        var asked = keys.Questions.Count == 0 ? [] : await questions.Load(keys.Questions);
        await CollectStatusQueries(reads, asked, keys, now);
        keys.Transfers.UnionWith(asked.Where(q => !keys.Asked.ContainsKey(q.Id)).Select(q => q.SubjectId).OfType<Guid>());

        // A receipt that stands alone is locked with the others, if there are any; else the transfers' own look locks it.
        var guards = keys.Transfers.Count == 0 ? ([], []) : await transfers.GuardsOf(keys.Transfers);
        keys.Checkouts.UnionWith(guards.Checkouts);
        var books = new CallbackBatch(keys.Attempts.Count + keys.Numbers.Count + keys.Checkouts.Count == 0
            ? new([], [])
            : await checkouts.LoadForChange(new(
                Ids: keys.Checkouts, AttemptIds: keys.Attempts, Numbers: keys.Numbers, ReferenceKeys: keys.References, TillPayments: keys.TillPayments,
                ReceiptIds: guards.Receipts)));
        books.Asked = keys.Asked;
        books.Ours = ours;
        books.Add(keys.Transfers.Count == 0 ? [] : await transfers.LoadForChange(keys.Transfers), asked);
        return books;
    }

    private async Task CollectStatusQueries(List<ParsedCallback> reads, IReadOnlyList<StatusQuery> asked, BatchKeys keys, DateTimeOffset now)
    {
        var subjects = asked.Where(q => q.Kind == StatusQueryKind.Status).Select(q => q.SubjectId).OfType<Guid>().ToList();
        foreach (var (id, body) in subjects.Count == 0 ? [] : await paybill.StoredConfirmations(subjects))
        {
            var message = reader.Read(CallbackKind.C2bConfirm, body);
            foreach (var question in asked.Where(q => q.SubjectId == id))
            {
                keys.Asked[question.Id] = message is CallbackMessage.Confirmation told ? ConfirmationHandler.ToDomain(told, ours, now)
                    : UnreadableConfirmations.AsAsked(question, (CallbackMessage.Malformed)message, reads.Find(read => read.Row.SubjectId == question.Id)?.Message, ours, now);
                ConfirmationHandler.CollectKeys(keys.Asked[question.Id], keys);
            }
        }
    }

    private async Task SaveAnswers(CallbackBatch books, DateTimeOffset now)
    {
        if (books.Answers.Count > 0)
        {
            await questions.Answered(books.Answers);
        }

        if (books.Balances.Count > 0)
        {
            await questions.SaveBalances(books.Balances, now);
        }
    }

    private static CallbackResult ApplyMessage(ParsedCallback read, CallbackBatch books, DateTimeOffset now) => read.Message switch
    {
        var message when read.Row.IsProbe => read.WithVerdict(Verdict.Probe, ProbeRules.Describe(message)),
        CallbackMessage.Malformed malformed => UnreadableCallbackHandler.Apply(read, malformed, books, now),
        CallbackMessage.StkResult result => StkCallbackHandler.Apply(read, result, books, now),
        CallbackMessage.Validation validation => ConfirmationHandler.Decide(read, validation),
        CallbackMessage.Confirmation confirmation => ConfirmationHandler.Decide(read, confirmation, books, now),
        CallbackMessage.TransferResult result => TransferCallbackHandler.Apply(read, result, books, now),
        CallbackMessage.QueueTimeout timeout when StatusQueryCallbackHandler.IsAbout(read.Row.Kind) => StatusQueryCallbackHandler.Apply(read, timeout, books, now),
        CallbackMessage.QueueTimeout timeout => TransferCallbackHandler.Apply(read, timeout, books, now),
        CallbackMessage.StatusResult result => StatusQueryCallbackHandler.Apply(read, result, books, now),
        CallbackMessage.BalanceResult result => StatusQueryCallbackHandler.Apply(read, result, books, now),
        _ => read.WithVerdict(Verdict.Unmatched, "Nothing here waits for this kind of callback."),
    };
}
