using Payments.Domain.Common;

namespace Payments.Infrastructure.Daraja;

/// <summary>
/// What one of Safaricom's result codes means (docs/protocol/result-codes.md). The same number means different things to a customer who was asked to
/// pay and to us who send money: 2001 is a wrong PIN there and wrong initiator credentials here, so there are two tables,
/// <see cref="Stk.StkCodes"/> and <see cref="TransferCodes"/>.
/// </summary>
/// <param name="Message">Never quotes ResultDesc, which changes without notice; that is kept in <see cref="Failure.ProviderText"/>.</param>
/// <param name="Certainty">A code that is not listed, or that the reference marks "query first", is not certain: it settles nothing by itself (R5).</param>
internal sealed record ResultCode(
    FailureCode Code, string Message, bool Retryable = false, TimeSpan? RetryAfter = null, Certainty Certainty = Certainty.Final)
{
    public Failure ToFailure(string code, string? providerText) => new(Code, code, Message, Retryable, RetryAfter, providerText);
}
