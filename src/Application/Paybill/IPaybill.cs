using Payments.Domain;

namespace Payments.Application;

/// <summary>The numbers customers pay us at.</summary>
/// <param name="Main">The Pay Bill, or a till's store number.</param>
/// <param name="Till">The till; null for a Pay Bill.</param>
public sealed record OurShortcodes(string Main, string? Till);

/// <summary>Where a registration stands.</summary>
public enum RegistrationState
{
    /// <summary>Committed before Safaricom hears of it; a process that died here asked perhaps, perhaps not.</summary>
    Calling,

    /// <summary>Safaricom has our URLs.</summary>
    Registered,

    /// <summary>Safaricom, or we ourselves, refused it.</summary>
    Refused,

    /// <summary>The reply was lost: Safaricom may have our URLs.</summary>
    InDoubt,
}

/// <summary>The C2B registration of a shortcode. Its token is a secret: whoever has it can confirm payments.</summary>
public sealed record Registration(
    Guid Id, string Shortcode, string Token, RegistrationState State, string Version, string ResponseType, string ConfirmationUrl, string ValidationUrl,
    string? Detail, DateTimeOffset? RegisteredAt)
{
    /// <summary>True when Safaricom would keep the very same for both.</summary>
    public bool AsksTheSameAs(Registration other) =>
        (ConfirmationUrl, ValidationUrl, Version, ResponseType) == (other.ConfirmationUrl, other.ValidationUrl, other.Version, other.ResponseType);

    /// <summary>Never with the token.</summary>
    public override string ToString() => $"{Shortcode} {State}";
}

/// <summary>An untrusted confirmation that names an order of ours.</summary>
/// <param name="CallbackId">The stored callback; what the case is about.</param>
/// <param name="ReferenceKey">The compared form of the account it names.</param>
public sealed record UntrustedConfirmation(Guid CallbackId, string ReferenceKey, string Receipt, Money Amount, string Why);

/// <summary>What a validation needs to know of an order.</summary>
/// <param name="InFlight">Amounts of prompts that are under way.</param>
public sealed record OrderWanted(CheckoutStatus Status, Money Due, IReadOnlyList<Money> InFlight);

/// <summary>Registrations, pulling and what else only Paybill keeps.</summary>
public interface IPaybill
{
    /// <summary>All registrations: one for each shortcode this database ever had.</summary>
    Task<IReadOnlyList<Registration>> Registrations(CancellationToken cancellation);

    /// <summary>Closes the cases of untrusted confirmations whose receipts are now known to be true.</summary>
    Task CloseCases(IReadOnlyCollection<string> numbers);

    /// <summary>Reads one; null when there is none.</summary>
    Task<Registration?> Find(Guid id, CancellationToken cancellation);

    /// <summary>
    /// Puts down that the shortcode's registration is about to be asked for, with the token it already has if it has one, and says how it
    /// stood before (null when it is new). Null while somebody else is asking; whoever died asking is waited for a minute.
    /// </summary>
    Task<(Registration Now, Registration? Before)?> Begin(string shortcode, string version, string responseType);

    /// <summary>Writes what came of it.</summary>
    Task Conclude(Registration outcome);

    /// <summary>Opens a case for each order that untrusted confirmations name, one in a checkout's life, whatever the number of them.</summary>
    Task OpenCases(IReadOnlyCollection<UntrustedConfirmation> untrusted);

    /// <summary>
    /// Opens a case for each authentic confirmation that cannot be read, and one for each address that confirmations with our token come from
    /// and that is not allowed.
    /// </summary>
    Task OpenCases(IReadOnlyCollection<OddConfirmation> odd);

    /// <summary>Closes the cases about these numbers: M-PESA says that the payments were reversed, so nothing came.</summary>
    Task CloseTakenBack(IReadOnlyCollection<string> numbers);

    /// <summary>Closes the cases of confirmations that could not be read and now can.</summary>
    Task CloseUnreadable(IReadOnlyCollection<Guid> callbackIds);

    /// <summary>Bodies of those of the given callbacks that are confirmations.</summary>
    Task<IReadOnlyList<(Guid Id, byte[] Body)>> StoredConfirmations(IReadOnlyCollection<Guid> callbackIds);

    /// <summary>What the order with this reference wants; null when there is none. Takes no lock.</summary>
    Task<OrderWanted?> Wanted(string referenceKey, CancellationToken cancellation);

    /// <summary>From where pulling goes on: where it got to, but not before <paramref name="kept"/> ago nor before this database began.</summary>
    Task<(DateTimeOffset From, DateTimeOffset To)> PullWindow(string shortcode, TimeSpan overlap, TimeSpan kept, CancellationToken cancellation);

    /// <summary>Everything up to <paramref name="until"/> has been pulled; never goes back.</summary>
    Task PulledUntil(string shortcode, DateTimeOffset until, CancellationToken cancellation);

    /// <summary>Reads a page of receipts, newest first.</summary>
    Task<IReadOnlyList<ReceiptView>> Receipts(bool? matched, Cursor? after, int limit, CancellationToken cancellation);

    /// <summary>Reads one receipt; null when there is none.</summary>
    Task<ReceiptView?> Receipt(Guid id, CancellationToken cancellation);

    /// <summary>Notes who put a receipt to its checkout, and settles the open question about it.</summary>
    Task NoteMatch(Guid receiptId, string by);
}
