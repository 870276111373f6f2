using MediatR;
using Microsoft.Extensions.Logging;
using Payments.Application.Common;
using Payments.Domain.Common;

namespace Payments.Application.Privacy;

/// <summary>What is erased together.</summary>
public enum ErasureTarget
{
    /// <summary>Phone, description, return address and metadata of a checkout that has ended; phones of its prompts; payers of its receipts.</summary>
    Checkouts,

    /// <summary>Payers of money without an order that has gone back.</summary>
    Receipts,

    /// <summary>Recipients and remarks of payouts that have ended.</summary>
    Payouts,

    /// <summary>Recipients and reasons of refunds that have ended.</summary>
    Refunds,

    /// <summary>Stories and reasons of settled cases.</summary>
    Cases,

    /// <summary>Bodies and addresses of callbacks that were dealt with.</summary>
    CallbackBodies,

    /// <summary>The same of confirmations whose token was checked late, at their drain.</summary>
    LateBodies,

    /// <summary>Callbacks nobody vouched for, whole, and the addresses they came from.</summary>
    Hints,

    /// <summary>Deliveries to webhooks that have ended, whole: what endpoints answered may quote anything. The feed keeps the events.</summary>
    WebhookDeliveries,

    /// <summary>Failed sign-ins, which count for a quarter of an hour: a day is plenty.</summary>
    SignInFailures,
}

/// <summary>Erases what its time is over for. Answers how many rows changed.</summary>
public sealed record ErasePersonalData : IRequest<int>;

/// <summary>
/// Small commits, each of rows nobody has locked, and an end to them: what is left over waits for the next hour. Dies anywhere: what was
/// committed is erased, the rest is still listed. Two at once share the rows (SKIP LOCKED).
/// </summary>
public sealed partial class ErasePersonalDataHandler(IErasure erasure, RetentionOptions options, ILogger<ErasePersonalDataHandler> log)
    : IRequestHandler<ErasePersonalData, int>
{
    /// <summary>A commit of this size holds its locks for some tens of milliseconds.</summary>
    private const int Batch = 500;

    /// <summary>100,000 rows of a kind an hour: more than any shop adds, so a backlog shrinks.</summary>
    private const int MaxBatches = 200;

    public async Task<int> Handle(ErasePersonalData request, CancellationToken cancellationToken)
    {
        var total = 0;
        foreach (var what in Enum.GetValues<ErasureTarget>())
        {
            var rows = await Erase(what, cancellationToken);
            if (rows > 0)
            {
                LogErased(rows, EnumNames.Name(what));
            }

            total += rows;
        }

        return total;
    }

    private async Task<int> Erase(ErasureTarget what, CancellationToken cancellation)
    {
        var keep = TimeSpan.FromDays(what switch
        {
            ErasureTarget.CallbackBodies or ErasureTarget.LateBodies => options.CallbackBodiesDays,
            ErasureTarget.Hints => options.HintsDays,
            ErasureTarget.WebhookDeliveries => 30,
            ErasureTarget.SignInFailures => 1,
            _ => options.PersonalDataDays,
        });
        var total = 0;
        for (var done = 0; done < MaxBatches; done++)
        {
            var erased = await erasure.EraseOld(what, keep, Batch, cancellation);
            total += erased;
            if (erased < Batch)
            {
                break;
            }
        }

        return total;
    }

    [LoggerMessage(EventName = "personal_data_erased", Level = LogLevel.Information, Message = "{Count} {What} were erased: their time is over")]
    private partial void LogErased(int count, string what);
}

/// <summary>Erases personal data where nothing is left to decide that needs it. Money, numbers and times stay.</summary>
public interface IErasure
{
    /// <summary>Erases up to <paramref name="batch"/> rows that ended before <paramref name="keep"/> ago; answers how many.</summary>
    Task<int> EraseOld(ErasureTarget what, TimeSpan keep, int batch, CancellationToken cancellation);

    /// <summary>Where a phone number stands, erased rows excepted.</summary>
    Task<SubjectRows> Find(string phone, CancellationToken cancellation);

    /// <summary>What is kept of this number in these rows, as JSON text, for the person it is about.</summary>
    Task<string> Export(string phone, SubjectRows rows, CancellationToken cancellation);

    /// <summary>
    /// Erases these rows now, however young, except what is undecided, and the answers to repeated requests that name the number; answers how
    /// many rows.
    /// </summary>
    Task<int> Erase(string phone, SubjectRows rows, CancellationToken cancellation);
}

/// <summary>Rows that hold one phone number.</summary>
/// <param name="Receipts">Money without an order.</param>
public sealed record SubjectRows(
    IReadOnlyList<CheckoutId> Checkouts, IReadOnlyList<ReceiptId> Receipts, IReadOnlyList<PayoutId> Payouts, IReadOnlyList<RefundId> Refunds, IReadOnlyList<CallbackId> Callbacks)
{
    /// <summary>How many.</summary>
    public int Count => Checkouts.Count + Receipts.Count + Payouts.Count + Refunds.Count + Callbacks.Count;
}
