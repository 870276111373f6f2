namespace Payments.Application.Callbacks;

/// <summary>What a callback brings about beside its payment. Collected row by row, written at the end of the batch by its feature's <see cref="IEffectWriter"/>.</summary>
public interface ICallbackEffect;

/// <summary>Writes the effects of one feature: with one statement for each kind of them, however many callbacks brought them, and none where there are none.</summary>
public interface IEffectWriter
{
    /// <summary>Called once a batch, when its payments are written and before it is committed.</summary>
    Task Write(CallbackBatch batch, DateTimeOffset now);
}

/// <summary>A callback that is not trusted names a payment by an id of Safaricom's: a reason to ask, and no more (R3).</summary>
public sealed record PaymentHinted(string ProviderId) : ICallbackEffect;
