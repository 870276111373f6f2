namespace Payments.Application.Callbacks;

/// <summary>What callbacks of some kinds mean; one for each kind, in the folder of its feature. The dispatcher finds it by its kinds.</summary>
public interface ICallbackHandler
{
    /// <summary>The kinds it takes, and nobody else.</summary>
    IReadOnlyCollection<CallbackKind> Kinds { get; }

    /// <summary>Adds what a callback names to what is loaded and locked for the whole batch. Never asked of probes.</summary>
    void CollectKeys(ParsedCallback callback, BatchKeys keys, DateTimeOffset now);

    /// <summary>Applies a callback to what was loaded, and says what became of it. Never asked of probes.</summary>
    CallbackResult Apply(ParsedCallback callback, CallbackBatch batch, DateTimeOffset now);
}
