using Payments.Application.Callbacks;

namespace Payments.Application.Diagnostics;

/// <summary>What a try of our own is judged: read like every callback, and nothing more.</summary>
internal static class ProbeRules
{
    /// <summary>How it was understood; its payment does not exist, so nobody's data is in this sentence.</summary>
    public static string Describe(CallbackMessage message) => message switch
    {
        CallbackMessage.Malformed malformed => $"Not understood: {malformed.Why}.",
        CallbackMessage.StkResult result => $"Understood as the result of a prompt: {Outcome(result.Outcome)}.",
        CallbackMessage.Confirmation confirmation => $"Understood as a payment by hand of KES {confirmation.Amount.Shillings}, receipt {confirmation.Receipt}.",
        CallbackMessage.Validation { Amount: { } amount } => $"Understood as a question about a payment by hand of KES {amount.Shillings}.",
        CallbackMessage.TransferResult result => $"Understood as the result of a payout or reversal: {Outcome(result.Outcome)}.",
        CallbackMessage.QueueTimeout => "Understood as a queue timeout.",
        CallbackMessage.StatusResult result => result.Transaction is { } found
            ? $"Understood as the answer to a status query: {found.StateText}." : $"Understood as a status query that failed: {result.Problem?.Message}",
        CallbackMessage.BalanceResult result => result.Problem is { } problem
            ? $"Understood as a balance query that failed: {problem.Message}" : $"Understood as a balance of {result.Accounts.Count} accounts.",
        _ => "Understood.",
    };

    private static string Outcome(Domain.Common.PaymentResult outcome) => outcome switch
    {
        Domain.Common.PaymentResult.Succeeded paid => $"paid, KES {paid.Amount?.Shillings}, receipt {paid.Receipt?.Value ?? "unknown"}",
        Domain.Common.PaymentResult.Failed failed => $"not paid ({failed.Failure.ResultCode})",
        _ => "still under way",
    };
}
