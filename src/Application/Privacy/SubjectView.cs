using Payments.Application.Access;
using Payments.Application.Common;
using Payments.Domain.Common;

namespace Payments.Application.Privacy;

/// <summary>What was found, or erased.</summary>
/// <param name="Rows">How many rows held the number.</param>
/// <param name="Erased">How many of them no longer do.</param>
/// <param name="Data">Everything in them, as JSON; null when it was erased.</param>
public sealed record SubjectView(string Phone, int Rows, int Erased, string? Data);

/// <summary>What both share.</summary>
internal static class DataSubjectRequest
{
    public static readonly Refusal NoPhone = new("validation_failed", "Give a Kenyan mobile number such as 0708 374 149.");

    /// <summary>The number itself is not kept for good in a log that nobody can change.</summary>
    public static Task Note(IAudit audit, ITransactions transactions, Caller caller, string action, Msisdn phone, object before, object? after) =>
        transactions.Run(
            async _ =>
            {
                await audit.Write(caller.Actor, action, "phone/" + phone.Masked, before, after);
                return true;
            },
            CancellationToken.None);
}
