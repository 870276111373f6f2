using Payments.Domain.Transfers;
using Payments.Infrastructure.Database;
using Payments.Infrastructure.Requests;

namespace Payments.Infrastructure.Transfers;

/// <summary>What is written of payouts and refunds after they were made.</summary>
internal static class TransferColumns
{
    /// <summary>With <c>loaded</c>, the status that was read.</summary>
    public static readonly Unnest<Transfer> Changed = new Unnest<Transfer>()
        .Uuid("id", t => t.TransferId)
        .Name<TransferStatus>("loaded", t => t.OriginalStatus)
        .Name<TransferStatus>("status", t => t.Status)
        .Text("conversation_id", t => t.ConversationId)
        .Text("originator_id", t => t.OriginatorId)
        .Boolean("heard", t => t.CallbackReceived)
        .Text("receipt", t => t.Receipt?.Value)
        .Request(t => t.Request)
        .Text("refused_with", t => t.RefusedWith)
        .Integer("questions", t => t.QueryCount)
        .Time("updated_at", t => t.UpdatedAt)
        .Time("sending_at", t => t.SendingAt)
        .Name("waiting_for", t => t.WaitingFor)
        .Time("retry_at", t => t.RetryAt)
        .Boolean("wait_told", t => t.IsWaitAnnounced);
}
