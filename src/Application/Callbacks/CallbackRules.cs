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
/// transaction; what it loads stays locked until that ends. Each kind of callback has its rules with its feature.
/// </summary>
public sealed class CallbackRules(
    ICallbackReader reader, ICheckouts checkouts, IPaybill paybill, OurShortcodes ours, ITransfers transfers, IQuestions questions)
{
    /// <summary>Applies rows and says what became of each, and which of Safaricom's ids hints have named.</summary>
    /// <exception cref="PoisonRowException">A row threw; nothing may be committed.</exception>
    public async Task<(IReadOnlyList<CallbackResult> Judgements, IReadOnlyCollection<string> Hints)> Apply(
        IReadOnlyList<InboxRow> rows, DateTimeOffset now)
    {
        var (judgements, books) = await Play(rows, now);
        return (judgements, books.Hints);
    }

    /// <summary>The same, with everything the rows may have changed.</summary>
    /// <param name="remembers">True to be able to tell afterwards what changed; nobody asks that of a thousand rows.</param>
    /// <exception cref="PoisonRowException">A row threw; nothing may be committed.</exception>
    public async Task<(IReadOnlyList<CallbackResult> Judgements, Books Books)> Play(
        IReadOnlyList<InboxRow> rows, DateTimeOffset now, bool remembers = false)
    {
        var reads = await Trust([.. rows.Select(row => new ReadCallback(row, reader.Read(row.Kind, row.Body)))]);
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
                judgements.Add(read.Finish(Judge(read, books, now)));
            }
            catch (Exception why)
            {
                throw new PoisonRowException(read.Row.Id, why);
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

        if (remembers && reads.Where(OddConfirmations.IsUnderstood).Select(read => read.Row.Id).ToList() is { Count: > 0 } understood)
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
            var read = new ReadCallback(row, reader.Read(row.Kind, row.Body));
            if (read.Message is CallbackMessage.Confirmation told)
            {
                ConfirmationRules.Gather(read, told, keys, ours, row.ReceivedAt);
            }
            else if (read.Message is CallbackMessage.Malformed malformed)
            {
                UnreadableRules.Gather(read, malformed, keys);
            }

            return [.. keys.Numbers.Select(number => "receipt " + number), .. keys.References.Select(reference => "order " + reference)];
        }
        catch (Exception)
        {
            // A row nobody can read stands for itself.
            return [];
        }
    }

    private async Task<List<ReadCallback>> Trust(List<ReadCallback> reads)
    {
        if (!reads.Exists(IsConfirmation))
        {
            return reads;
        }

        var registrations = await paybill.Registrations(CancellationToken.None);
        return reads.ConvertAll(read => IsConfirmation(read) ? ConfirmationTrust.Judge(read, registrations) : read);

        static bool IsConfirmation(ReadCallback read) => read is { Row: { Kind: CallbackKind.C2bConfirm, IsProbe: false } };
    }

    private async Task<Books> Load(List<ReadCallback> reads, DateTimeOffset now)
    {
        var keys = new BatchKeys();
        foreach (var read in reads.Where(read => !read.Row.IsProbe))
        {
            switch (read.Message)
            {
                case CallbackMessage.Malformed malformed:
                    UnreadableRules.Gather(read, malformed, keys);
                    break;
                case CallbackMessage.PromptResult result:
                    PromptRules.Gather(read, result, keys);
                    break;
                case CallbackMessage.TransferResult:
                case CallbackMessage.QueueTimeout when !QuestionRules.IsAbout(read.Row.Kind):
                    TransferRules.Gather(read, keys);
                    break;
                case CallbackMessage.StatusResult or CallbackMessage.BalanceResult or CallbackMessage.QueueTimeout:
                    QuestionRules.Gather(read, keys);
                    break;
                case CallbackMessage.Confirmation confirmation:
                    ConfirmationRules.Gather(read, confirmation, keys, ours, now);
                    break;
            }
        }

        // Locked in one order whatever the batch holds: checkouts, then payouts and refunds. What a question is about never changes.
        var asked = keys.Questions.Count == 0 ? [] : await questions.Load(keys.Questions);
        await GatherAsked(reads, asked, keys, now);
        keys.Transfers.UnionWith(asked.Where(q => !keys.Asked.ContainsKey(q.Id)).Select(q => q.SubjectId).OfType<Guid>());

        // A receipt that stands alone is locked with the others, if there are any; else the transfers' own look locks it.
        var guards = keys.Transfers.Count == 0 ? ([], []) : await transfers.GuardsOf(keys.Transfers);
        keys.Checkouts.UnionWith(guards.Checkouts);
        var books = new Books(keys.Attempts.Count + keys.Numbers.Count + keys.Checkouts.Count == 0
            ? new([], [])
            : await checkouts.LoadForChange(new(
                Ids: keys.Checkouts, AttemptIds: keys.Attempts, Numbers: keys.Numbers, ReferenceKeys: keys.References, TillPayments: keys.TillPayments,
                ReceiptIds: guards.Receipts)));
        books.Asked = keys.Asked;
        books.Ours = ours;
        books.Bring(keys.Transfers.Count == 0 ? [] : await transfers.LoadForChange(keys.Transfers), asked);
        return books;
    }

    private async Task GatherAsked(List<ReadCallback> reads, IReadOnlyList<Question> asked, BatchKeys keys, DateTimeOffset now)
    {
        var subjects = asked.Where(q => q.Kind == QuestionKind.Status).Select(q => q.SubjectId).OfType<Guid>().ToList();
        foreach (var (id, body) in subjects.Count == 0 ? [] : await paybill.StoredConfirmations(subjects))
        {
            var message = reader.Read(CallbackKind.C2bConfirm, body);
            foreach (var question in asked.Where(q => q.SubjectId == id))
            {
                keys.Asked[question.Id] = message is CallbackMessage.Confirmation told ? ConfirmationRules.ToDomain(told, ours, now)
                    : OddConfirmations.AsAsked(question, (CallbackMessage.Malformed)message, reads.Find(read => read.Row.SubjectId == question.Id)?.Message, ours, now);
                ConfirmationRules.Gather(keys.Asked[question.Id], keys);
            }
        }
    }

    private async Task SaveAnswers(Books books, DateTimeOffset now)
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

    private static CallbackResult Judge(ReadCallback read, Books books, DateTimeOffset now) => read.Message switch
    {
        var message when read.Row.IsProbe => read.Say(Verdict.Probe, ProbeRules.Describe(message)),
        CallbackMessage.Malformed malformed => UnreadableRules.Judge(read, malformed, books, now),
        CallbackMessage.PromptResult result => PromptRules.Judge(read, result, books, now),
        CallbackMessage.Validation validation => ConfirmationRules.Judge(read, validation),
        CallbackMessage.Confirmation confirmation => ConfirmationRules.Judge(read, confirmation, books, now),
        CallbackMessage.TransferResult result => TransferRules.Judge(read, result, books, now),
        CallbackMessage.QueueTimeout timeout when QuestionRules.IsAbout(read.Row.Kind) => QuestionRules.Judge(read, timeout, books, now),
        CallbackMessage.QueueTimeout timeout => TransferRules.Judge(read, timeout, books, now),
        CallbackMessage.StatusResult result => QuestionRules.Judge(read, result, books, now),
        CallbackMessage.BalanceResult result => QuestionRules.Judge(read, result, books, now),
        _ => read.Say(Verdict.Unmatched, "Nothing here waits for this kind of callback."),
    };
}
