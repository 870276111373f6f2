using Payments.Application.C2b;
using Payments.Application.Checkouts;
using Payments.Application.Diagnostics;
using Payments.Application.Transfers;
using Payments.Domain.Common;

namespace Payments.Application.Callbacks;

/// <summary>A row whose handler threw; the batch it was in changed nothing.</summary>
public sealed class CallbackFailedException(CallbackId id, Exception inner) : Exception($"Callback {id.Value:N} could not be applied.", inner)
{
    /// <summary>The row.</summary>
    public CallbackId Id { get; } = id;
}

/// <summary>
/// What stored callbacks mean for payments: read all, load what they concern once, apply row by row, write once. Call inside a transaction; what it
/// loads stays locked until that ends.
/// </summary>
public sealed class CallbackDispatcher(
    ICallbackReader reader, IEnumerable<ICallbackHandler> handlers, ConfirmationTrust trust, BatchLoader loader, ICheckouts checkouts, ITransfers transfers,
    IEnumerable<IEffectWriter> writers)
{
    private readonly Dictionary<CallbackKind, ICallbackHandler> handlers =
        handlers.SelectMany(handler => handler.Kinds, (handler, kind) => (handler, kind)).ToDictionary(pair => pair.kind, pair => pair.handler);

    /// <summary>Which payments hints have named, by Safaricom's ids.</summary>
    public static IReadOnlyCollection<string> HintsOf(CallbackBatch batch) => batch.Effects<PaymentHinted>().Select(hint => hint.ProviderId).ToHashSet(StringComparer.Ordinal);

    /// <summary>Applies rows and says what became of each, and which of Safaricom's ids hints have named.</summary>
    /// <exception cref="CallbackFailedException">A row threw; nothing may be committed.</exception>
    public async Task<(IReadOnlyList<CallbackResult> Judgements, IReadOnlyCollection<string> Hints)> Apply(IReadOnlyList<InboxRow> rows, DateTimeOffset now)
    {
        var (judgements, batch) = await Process(rows, now);
        return (judgements, HintsOf(batch));
    }

    /// <summary>The same, with everything the rows may have changed.</summary>
    /// <param name="isReplay">True to be able to tell afterwards what changed; nobody asks that of a thousand rows.</param>
    /// <exception cref="CallbackFailedException">A row threw; nothing may be committed.</exception>
    public async Task<(IReadOnlyList<CallbackResult> Judgements, CallbackBatch Batch)> Process(
        IReadOnlyList<InboxRow> rows, DateTimeOffset now, bool isReplay = false)
    {
        var callbacks = await trust.Judge([.. rows.Select(row => new ParsedCallback(row, reader.Read(row.Kind, row.Body)))]);
        var keys = new BatchKeys();
        foreach (var callback in callbacks.Where(callback => !callback.Row.IsProbe))
        {
            handlers[callback.Row.Kind].CollectKeys(callback, keys, now);
        }

        var batch = await loader.Load(callbacks, keys, isReplay, now);
        if (isReplay)
        {
            batch.Snapshot();
        }

        var judgements = callbacks.Select(callback => Apply(callback, batch, now)).ToList();
        await checkouts.Save(batch.Checkouts, batch.Unmatched);
        await transfers.Save(batch.Transfers);
        foreach (var writer in writers)
        {
            await writer.Write(batch, now);
        }

        return (judgements, batch);
    }

    /// <summary>
    /// What a row is about, as far as another row may be about the same: a payment by its token, money by its number and its order. Empty where
    /// it is about nothing of ours. Never throws: it is asked of rows whose handlers threw.
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
            handlers[row.Kind].CollectKeys(new(row, reader.Read(row.Kind, row.Body)), keys, row.ReceivedAt);
            return [.. keys.Numbers.Select(number => "receipt " + number), .. keys.Accounts.Select(account => "order " + account)];
        }
        catch (Exception)
        {
            // A row nobody can read stands for itself.
            return [];
        }
    }

    private CallbackResult Apply(ParsedCallback callback, CallbackBatch batch, DateTimeOffset now)
    {
        try
        {
            return callback.Finish(callback.Row.IsProbe
                ? callback.WithVerdict(Verdict.Probe, ProbeRules.Describe(callback.Message))
                : handlers[callback.Row.Kind].Apply(callback, batch, now));
        }
        catch (Exception why)
        {
            throw new CallbackFailedException(callback.Row.Id, why);
        }
    }
}
