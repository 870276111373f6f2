using Payments.Application.Callbacks;
using Payments.Application.Checkouts;
using Payments.Domain.Checkouts;
using Payments.Domain.Common;
using Payments.Domain.Receipts;

namespace Payments.Application.C2b;

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

    /// <summary>Another token has taken its place: what comes with this one from then on is anybody's.</summary>
    Replaced,
}

/// <summary>The C2B registration of a shortcode. Its token is a secret: whoever has it can confirm payments.</summary>
public sealed record Registration(
    RegistrationId Id, string Shortcode, string Token, RegistrationState State, string Version, string ResponseType, string ConfirmationUrl, string ValidationUrl,
    string? Detail, DateTimeOffset? RegisteredAt)
{
    /// <summary>True for a token that is to take the place of the one in force and has not yet; both count until then.</summary>
    public bool IsNext { get; init; }

    /// <summary>Since when another token is in its place; null for one that counts.</summary>
    public DateTimeOffset? ReplacedAt { get; init; }

    /// <summary>True when Safaricom would keep the very same for both.</summary>
    public bool AsksTheSameAs(Registration other) =>
        (ConfirmationUrl, ValidationUrl, Version, ResponseType) == (other.ConfirmationUrl, other.ValidationUrl, other.Version, other.ResponseType);

    /// <summary>Never with the token.</summary>
    public override string ToString() => $"{Shortcode} {State}";
}

/// <summary>An untrusted confirmation that names an order of ours.</summary>
/// <param name="CallbackId">The stored callback; what the case is about.</param>
/// <param name="AccountKey">The compared form of the account it names.</param>
public sealed record UntrustedConfirmation(CallbackId CallbackId, string AccountKey, ReceiptNumber Receipt, Money Amount, string Why) : ICallbackEffect;

/// <summary>A true payment to a number that is not configured here.</summary>
/// <param name="ReceiptId">Its receipt.</param>
public sealed record UnknownShortcodePayment(string Shortcode, ReceiptId ReceiptId, ReceiptNumber Receipt, Money Amount) : ICallbackEffect;

/// <summary>What a validation needs to know of an order.</summary>
/// <param name="InFlight">Amounts of prompts that are under way.</param>
public sealed record AccountStatus(CheckoutStatus Status, Money Due, IReadOnlyList<Money> InFlight);

/// <summary>Which receipts; what is null takes all.</summary>
/// <param name="Surplus">True: some of it exceeds its order.</param>
/// <param name="Open">True: something of it has to be settled.</param>
public sealed record ReceiptFilter(bool? Matched, bool? Surplus, bool? Open);

/// <summary>Registrations, pulling and what else only Paybill keeps.</summary>
public interface IC2bPayments
{
    /// <summary>All registrations this database ever had: for each shortcode the one in force first, then the next, then those that were replaced.</summary>
    Task<IReadOnlyList<Registration>> Registrations(CancellationToken cancellation);

    /// <summary>Closes the cases of untrusted confirmations whose receipts are now known to be true.</summary>
    Task CloseCases(IReadOnlyCollection<ReceiptNumber> numbers);

    /// <summary>Reads one; null when there is none.</summary>
    Task<Registration?> Find(RegistrationId id, CancellationToken cancellation);

    /// <summary>
    /// Puts down that the shortcode's registration is about to be asked for, with the token it already has if it has one, and says how it
    /// stood before (null when it is new). Null while somebody else is asking; whoever died asking is waited for a minute.
    /// </summary>
    /// <param name="renews">With a new token in place of the one in force. Once that was asked for, every try is for the new one until it is there.</param>
    Task<(Registration Now, Registration? Before)?> Begin(string shortcode, string version, string responseType, bool renews);

    /// <summary>Writes what came of it. A next one that is registered takes the place of the one in force, in this very commit.</summary>
    Task Conclude(Registration outcome);

    /// <summary>
    /// Opens a case for each order with money due that untrusted confirmations name, one in a checkout's life, whatever the number of them; so
    /// many at once, and one for all the others together.
    /// </summary>
    Task OpenCases(IReadOnlyCollection<UntrustedConfirmation> untrusted);

    /// <summary>
    /// Opens a case for each authentic confirmation that cannot be read, and one for each address that confirmations with our token come from
    /// and that is not allowed.
    /// </summary>
    Task OpenCases(IReadOnlyCollection<UnreadableConfirmation> odd);

    /// <summary>Closes the cases about these numbers: M-PESA says that the payments were reversed, so nothing came.</summary>
    Task CloseTakenBack(IReadOnlyCollection<ReceiptNumber> numbers);

    /// <summary>Closes the cases of confirmations that could not be read and now can.</summary>
    Task CloseUnreadable(IReadOnlyCollection<CallbackId> callbackIds);

    /// <summary>Opens a case for each number that is not configured here and was paid, one at a time for each, whatever the number of payments.</summary>
    Task OpenCases(IReadOnlyCollection<UnknownShortcodePayment> strays);

    /// <summary>
    /// Notes that payers were shown with this hash, <paramref name="times"/> more times, or (null) with one nobody can compute: then what was
    /// known of it is forgotten.
    /// </summary>
    Task NotePayerHash(string shortcode, PayerHash? used, int times);

    /// <summary>Bodies of those of the given callbacks that are confirmations.</summary>
    Task<IReadOnlyList<(CallbackId Id, byte[] Body)>> StoredConfirmations(IReadOnlyCollection<CallbackId> callbackIds);

    /// <summary>What the order with this account wants; null when there is none. Takes no lock.</summary>
    Task<AccountStatus?> Wanted(string accountKey, CancellationToken cancellation);

    /// <summary>Reads a page of receipts, newest first.</summary>
    Task<IReadOnlyList<ReceiptView>> Receipts(ReceiptFilter filter, Cursor? after, int limit, CancellationToken cancellation);

    /// <summary>Reads one receipt; null when there is none.</summary>
    Task<ReceiptView?> Receipt(ReceiptId id, CancellationToken cancellation);

    /// <summary>Notes who put a receipt to its checkout, and settles the open question about it.</summary>
    Task NoteMatch(ReceiptId receiptId, string by);

    /// <summary>Notes who wrote off what is left of a receipt, and why.</summary>
    Task NoteWriteOff(ReceiptId receiptId, string by, string reason);
}
