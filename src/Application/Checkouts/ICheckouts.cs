using Payments.Application.Common;
using Payments.Domain.Checkouts;
using Payments.Domain.Common;
using Payments.Domain.Receipts;

namespace Payments.Application.Checkouts;

/// <summary>What to load checkouts by; empty lists load nothing.</summary>
/// <param name="Ids">Checkout ids.</param>
/// <param name="AttemptIds">Pushes whose checkouts are wanted.</param>
/// <param name="Numbers">Receipt numbers; the receipts that have them come along wherever they stand.</param>
/// <param name="AccountKeys">Compared forms of accounts.</param>
/// <param name="ReceiptIds">Receipts that may stand on no checkout; those on one come with its <paramref name="Ids"/>.</param>
/// <param name="TillPayments">Payments without an account: checkouts with a push that may have asked for one.</param>
/// <param name="WithTillReceipts">True to bring along till payments that stand nowhere and may be of pushes of the loaded checkouts that are not known to be paid.</param>
public sealed record CheckoutKeys(
    IReadOnlyCollection<CheckoutId>? Ids = null, IReadOnlyCollection<AttemptId>? AttemptIds = null, IReadOnlyCollection<ReceiptNumber>? Numbers = null,
    IReadOnlyCollection<string>? AccountKeys = null, IReadOnlyCollection<ReceiptId>? ReceiptIds = null,
    IReadOnlyCollection<(Money Amount, DateTimeOffset At)>? TillPayments = null, bool WithTillReceipts = false);

/// <summary>Checkouts loaded to be changed, locked in the order of their ids until the transaction ends.</summary>
/// <param name="Checkouts">With all their pushes and receipts.</param>
/// <param name="Unmatched">Receipts asked for by number that belong to no checkout, locked too.</param>
public sealed record LoadedCheckouts(IReadOnlyList<Checkout> Checkouts, IReadOnlyList<Receipt> Unmatched);

/// <summary>A filter over checkouts; times are createdAt, half-open.</summary>
/// <param name="ReferenceKey">The compared form of the shop's order reference.</param>
/// <param name="AccountKey">The compared form of the account.</param>
public sealed record CheckoutFilter(
    string? Client, string? ReferenceKey, string? AccountKey, string? ExternalId, CheckoutStatus? Status, DateTimeOffset? From, DateTimeOffset? To, Cursor? After, int Limit);

/// <summary>Why a checkout was not added.</summary>
/// <param name="InUse">The client's own checkout that has its order reference; null where somebody's has its account.</param>
public sealed record NotAdded(CheckoutId? InUse);

/// <summary>A place in a list that is newest first.</summary>
public sealed record Cursor(DateTimeOffset At, Guid Id);

/// <summary>A push whose answer is overdue.</summary>
/// <param name="TraceParent">The trace it belongs to, where that is recorded.</param>
public sealed record DueAttempt(AttemptId Id, CheckoutId CheckoutId, string? RequestId, int Questions, string? TraceParent);

/// <summary>Checkouts with their pushes and receipts: one aggregate, guarded by the checkout's row lock.</summary>
public interface ICheckouts
{
    /// <summary>Loads to change: locked. Call inside <see cref="ITransactions"/>.</summary>
    Task<LoadedCheckouts> LoadForChange(CheckoutKeys keys);

    /// <summary>Reads without locking; null when there is none.</summary>
    Task<Checkout?> Find(CheckoutId id, CancellationToken cancellation);

    /// <summary>Reads a page, newest created first.</summary>
    Task<IReadOnlyList<Checkout>> List(CheckoutFilter filter, CancellationToken cancellation);

    /// <summary>
    /// Which of these cannot be the account of a new checkout, in their compared forms: of <paramref name="made"/> those that are an account or an
    /// order reference of anybody's, of <paramref name="own"/> those that are an account.
    /// </summary>
    Task<IReadOnlySet<string>> TakenAccounts(IReadOnlyCollection<string> made, IReadOnlyCollection<string> own);

    /// <summary>Adds a new checkout; null on success. A refusal leaves the transaction as it was.</summary>
    Task<NotAdded?> Add(Checkout checkout);

    /// <summary>Writes what changed, with events, cases and one notification, in a number of statements that does not grow with the rows.</summary>
    /// <param name="unmatched">Receipts that belong to no checkout; those that meanwhile do are written with it.</param>
    Task Save(IReadOnlyCollection<Checkout> checkouts, IReadOnlyCollection<Receipt>? unmatched = null);

    /// <summary>
    /// Takes the right to prompt this number until the transaction ends and says when the next prompt may go out; null when now.
    /// </summary>
    Task<DateTimeOffset?> ReservePrompt(Msisdn phone, int most, TimeSpan window, DateTimeOffset now);

    /// <summary>
    /// Takes pushes (of one checkout, or of all) whose question is due, the longest due first (SKIP LOCKED), and moves their next question
    /// past <paramref name="lease"/>. Call inside <see cref="ITransactions"/>.
    /// </summary>
    /// <param name="askable">The most that have an id to ask by.</param>
    /// <param name="others">The most that have none.</param>
    Task<IReadOnlyList<DueAttempt>> ClaimDue(CheckoutId? checkoutId, int askable, int others, TimeSpan lease);

    /// <summary>The question last taken about a push was not asked: it does not count.</summary>
    Task DiscountQuery(AttemptId attemptId);

    /// <summary>Ids of checkouts whose time is over and of those with surplus to declare, at most <paramref name="limit"/> each.</summary>
    Task<IReadOnlyList<CheckoutId>> FindDue(int limit, CancellationToken cancellation);

    /// <summary>
    /// Brings the next questions of open pushes with these ids of Safaricom's forward, <paramref name="most"/> at most; a hint can do no more.
    /// Answers how many.
    /// </summary>
    Task<int> BringForward(IReadOnlyCollection<string> requestIds, int most);
}
