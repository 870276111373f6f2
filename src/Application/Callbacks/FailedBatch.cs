using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Payments.Application.Common;
using Payments.Domain.Common;

namespace Payments.Application.Callbacks;

/// <summary>
/// Takes a batch that failed apart until whoever is at fault stands alone. Such a row is parked with a job of its own, and the other rows of
/// its payment step aside at once: they would fail one by one, and everybody else would wait for that. What fails for all (a table that is
/// gone, a privilege) steps aside unparked, and so does what is left when the batch has cost enough: it is tried again soon, apart from what
/// is new.
/// </summary>
/// <remarks>
/// Each step is a transaction. Dies in between: what was parked or stepped aside stays so, the rest is new and drained again. Two drains at
/// once find different rows (SKIP LOCKED) and may park one row each of the same payment; the others stand behind either.
/// </remarks>
internal sealed partial class FailedBatch(
    ICallbacks callbacks, CallbackDispatcher rules, ITransactions transactions, DrainTelemetry telemetry, BatchProcessor batch, ILogger log)
{
    /// <summary>What has stepped aside is tried again after this: soon enough for a payment that only stood beside a wrong one.</summary>
    public static readonly TimeSpan Aside = TimeSpan.FromSeconds(5);

    /// <summary>A batch of 1,000 is down to one row after ten halvings: more failures in a row than that, with no success between, are everybody's.</summary>
    private const int MaxInARow = 14;

    /// <summary>
    /// Failed transactions one batch may cost, a hundred milliseconds or a few: three or four rows of different payments are found with so
    /// many. Then new rows have their turn.
    /// </summary>
    private const int MaxFailures = 40;

    private readonly Stack<Group> waiting = new();
    private readonly HashSet<string> guilty = new(StringComparer.Ordinal);
    private readonly Dictionary<CallbackId, IReadOnlyCollection<string>> subjects = [];
    private int inARow;
    private int failures;

    private sealed record Group(IReadOnlyList<InboxRow> Rows, Exception? Failure);

    /// <summary>True where rows are tried alone, however many of a payment fail: a right one may be among them.</summary>
    public bool TriesEach { get; init; }

    /// <summary>How long it may take; more than the failures counted above only where nobody waits for it.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Does so.</summary>
    public async Task TakeApart(IReadOnlyList<InboxRow> rows, Exception failure, CancellationToken cancellation)
    {
        var started = Stopwatch.GetTimestamp();
        waiting.Push(new(rows, failure));
        (inARow, failures) = (1, 1);
        while (waiting.TryPop(out var group))
        {
            cancellation.ThrowIfCancellationRequested();
            var left = group with { Rows = [.. group.Rows.Where(row => guilty.Count == 0 || !guilty.Overlaps(SubjectsOf(row)))] };
            if (left.Rows.Count == 0)
            {
                continue;
            }

            if (left.Failure is { } known && !IsSpent(started))
            {
                await Divide(left.Rows, known);
            }
            else if (left.Failure is null)
            {
                await Try(left.Rows, cancellation);
            }
            else
            {
                // What fails for all may take a moment longer than what a batch had no time for.
                await StepAside([.. left.Rows, .. waiting.SelectMany(other => other.Rows)], left.Failure);
                return;
            }
        }
    }

    private bool IsSpent(long started) =>
        (!TriesEach && (inARow > MaxInARow || failures > MaxFailures)) || Stopwatch.GetElapsedTime(started) > Timeout;

    private async Task Try(IReadOnlyList<InboxRow> rows, CancellationToken cancellation)
    {
        var ids = rows.Select(row => row.Id).ToList();
        var tried = await batch.Try(() => callbacks.TakeNew(ids), cancellation);
        if (tried.Failure is null)
        {
            inARow = 0;
            return;
        }

        inARow++;
        failures++;
        waiting.Push(new(tried.Rows, tried.Failure));
    }

    private async Task Divide(IReadOnlyList<InboxRow> rows, Exception failure)
    {
        if (failure is CallbackFailedException poison)
        {
            await Park(rows.First(row => row.Id == poison.Id), poison.InnerException!, rows);
            waiting.Push(new([.. rows.Where(row => row.Id != poison.Id)], null));
        }
        else if (rows.Count > 1)
        {
            if (!TriesEach)
            {
                LogHalving(rows.Count, failure.Message);
            }

            foreach (var part in Parts(rows))
            {
                waiting.Push(new(part, null));
            }
        }
        else if (DrainFailure.PlaceOf(failure) == FailurePlace.Row)
        {
            await Park(rows[0], failure, rows);
        }
        else
        {
            await StepAside(rows, failure);
        }
    }

    /// <summary>
    /// By kind first, for kinds need different tables; then halves, or each alone where most are expected to fail. The last is tried first.
    /// </summary>
    private IEnumerable<IReadOnlyList<InboxRow>> Parts(IReadOnlyList<InboxRow> rows)
    {
        var kinds = rows.GroupBy(row => row.Kind).Select(kind => kind.ToList()).ToList();
        return kinds.Count > 1 ? kinds
            : TriesEach && rows.Any(row => row.BlockedBy is not null) ? rows.Reverse().Select(row => new[] { row })
            : [[.. rows.Skip(rows.Count / 2)], [.. rows.Take(rows.Count / 2)]];
    }

    private async Task Park(InboxRow row, Exception why, IReadOnlyList<InboxRow> all)
    {
        var about = SubjectsOf(row);
        List<CallbackId> beside = TriesEach ? [] : [.. all.Concat(waiting.SelectMany(other => other.Rows))
            .Where(other => other.Id != row.Id && SubjectsOf(other).Any(about.Contains)).Select(other => other.Id)];
        var (now, front) = await transactions.Run(
            async now =>
            {
                var lead = await callbacks.Park(row, why.GetType().Name);
                if (!TriesEach)
                {
                    await callbacks.SetAside(beside, Aside, lead);
                    if (row.SubjectId is { } payment && !row.IsOfRegistration)
                    {
                        await callbacks.SetAsideAll(payment, Aside, lead);
                    }
                }

                return (now, lead);
            },
            CancellationToken.None);
        Log(row, front, why);
        telemetry.Parked(row, now);
        if (!TriesEach)
        {
            guilty.UnionWith(about);
        }
    }

    /// <summary>One line with its reason for each payment, however many of its callbacks fail.</summary>
    private void Log(InboxRow row, CallbackId front, Exception why)
    {
        if (front == row.Id)
        {
            LogParked(row.Id.ToString(), why);
        }
        else
        {
            LogBehind(row.Id.ToString(), front.ToString());
        }
    }

    private IReadOnlyCollection<string> SubjectsOf(InboxRow row) =>
        subjects.TryGetValue(row.Id, out var known) ? known : subjects[row.Id] = rules.SubjectsOf(row);

    private async Task StepAside(IReadOnlyList<InboxRow> rows, Exception why)
    {
        LogAside(rows.Count, why.Message);
        await transactions.Run(async _ => { await callbacks.SetAside([.. rows.Select(row => row.Id)], Aside, null); return 0; }, CancellationToken.None);
    }

    [LoggerMessage(EventName = "callback_parked", Level = LogLevel.Error, Message = "Callback {CallbackId} could not be applied and is parked")]
    private partial void LogParked(string callbackId, Exception why);

    [LoggerMessage(EventName = "callback_behind", Level = LogLevel.Information,
        Message = "Callback {CallbackId} could not be applied either and waits for {ParkedId} of the same payment")]
    private partial void LogBehind(string callbackId, string parkedId);

    [LoggerMessage(EventName = "drain_halved", Level = LogLevel.Warning, Message = "A batch of {Rows} callbacks failed to write ({Why}); taking it apart")]
    private partial void LogHalving(int rows, string why);

    [LoggerMessage(EventName = "callbacks_set_aside", Level = LogLevel.Warning, Message = "{Rows} callbacks are set aside and tried again soon: {Why}")]
    private partial void LogAside(int rows, string why);
}
