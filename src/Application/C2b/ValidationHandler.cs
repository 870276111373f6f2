using Payments.Application.Callbacks;

namespace Payments.Application.C2b;

/// <summary>A validation on record: it was answered when it came (<see cref="ValidatePayment"/>), and nothing has moved.</summary>
internal sealed class ValidationHandler : ICallbackHandler
{
    public IReadOnlyCollection<CallbackKind> Kinds => [CallbackKind.C2bValidate];

    public void CollectKeys(ParsedCallback callback, BatchKeys keys, DateTimeOffset now)
    {
    }

    public CallbackResult Apply(ParsedCallback callback, CallbackBatch batch, DateTimeOffset now) => callback.Message switch
    {
        CallbackMessage.Validation => callback.WithVerdict(Verdict.Hint, $"A question, not money. Answered: {callback.Row.Answer ?? "not known"}."),
        CallbackMessage.Malformed malformed => callback.WithVerdict(Verdict.Malformed, malformed.Why),
        _ => callback.Unexpected(),
    };
}
