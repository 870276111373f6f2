using MediatR;

namespace Payments.Application;

/// <summary>An operator has Safaricom asked again about what a case is about; the answer is in the case's payment within seconds.</summary>
public sealed record AskCase(Guid Id) : IRequest<Answer<CaseView>>;

/// <summary>Brings the next question forward to now; the reconciler, within 5 s, asks it as it asks every other.</summary>
public sealed class AskCaseHandler(
    ICases cases, ICheckouts checkouts, ITransfers transfers, ITransactions transactions, ReconciliationOptions options, AskConfirmation confirmations)
    : IRequestHandler<AskCase, Answer<CaseView>>
{
    /// <inheritdoc/>
    public async Task<Answer<CaseView>> Handle(AskCase request, CancellationToken cancellationToken) =>
        await confirmations.Ask(request.Id, cancellationToken) ?? await transactions.Run(now => Ask(request.Id, now), cancellationToken);

    private async Task<Answer<CaseView>> Ask(Guid id, DateTimeOffset now)
    {
        if (await cases.Find(id) is not { } found)
        {
            return Refusal.NotFound("case");
        }

        if (!found.IsOpen)
        {
            return new Refusal("case_settled", "This case is settled.");
        }

        var asks = found.Subject switch
        {
            CaseSubject.Payout or CaseSubject.Refund => await AskTransfer(found.SubjectId, now),
            CaseSubject.Attempt => await AskAttempt(found.SubjectId, now),
            _ => false,
        };
        return asks
            ? CaseView.Of(found)
            : new Refusal("nothing_to_ask", "It is settled already, or Safaricom gave no id to ask by: look it up in the M-PESA portal.");
    }

    private async Task<bool> AskTransfer(Guid id, DateTimeOffset now)
    {
        var loaded = await transfers.LoadForChange([id]);
        if (!loaded[0].AskOnceMore(ReconciliationOptions.Read(options.DoubtSchedule).Count - 1, now))
        {
            return false;
        }

        await transfers.Save(loaded);
        return true;
    }

    private async Task<bool> AskAttempt(Guid id, DateTimeOffset now)
    {
        var loaded = await checkouts.LoadForChange(new(AttemptIds: [id]));
        var attempt = loaded.Checkouts.SelectMany(c => c.Attempts).FirstOrDefault(a => a.Id == id);
        if (attempt is not { IsSettled: false, RequestId: not null })
        {
            return false;
        }

        attempt.AskBy(now);
        await checkouts.Save(loaded.Checkouts);
        return true;
    }
}
