using FluentValidation;
using Payments.Application.Checkouts;
using Payments.Application.Common;
using Payments.Application.Payouts;
using Payments.Domain.Transfers;

namespace Payments.Application.Transfers;

/// <summary>Why a payout or refund has not been sent yet. It has not failed: it goes out when it can.</summary>
/// <param name="Code"><c>certificate</c>, <c>access_token</c>, <c>connection</c>, <c>pause</c> or <c>restored</c>.</param>
/// <param name="RetryAt">When it is tried again; null while it is being tried, or when a person decides.</param>
public sealed record WaitView(string Code, DateTimeOffset? RetryAt)
{
    /// <summary>Shows what it waits for; null when nothing.</summary>
    public static WaitView? Of(Transfer transfer) =>
        transfer is { Status: TransferStatus.Queued, WaitingFor: { } blocker } ? new(EnumNames.Name(blocker), transfer.RetryAt) : null;
}

/// <summary>
/// How payouts and refunds are shown to stand. <c>cancelled</c> is a failure that nobody has to look into: kept as one, so that whatever
/// counts what may still move, processes of an earlier version included, counts it rightly (decision 0041).
/// </summary>
public static class TransferStates
{
    private const string Cancelled = "cancelled";

    /// <summary>Every word there is for it.</summary>
    public static readonly IReadOnlyList<string> Names = [.. Enum.GetValues<TransferStatus>().Select(EnumNames.Name), Cancelled];

    /// <summary>The word for its state.</summary>
    public static string Name(Transfer transfer) => transfer.IsCancelled ? Cancelled : EnumNames.Name(transfer.Status);

    /// <summary>Why it failed; null unless it did.</summary>
    public static FailureView? Failure(Transfer transfer) => transfer.IsCancelled ? null : FailureView.Of(transfer.Failure, transfer.EndedAt);

    /// <summary>The rule for <c>status</c> in a filter.</summary>
    internal static IRuleBuilderOptions<T, string?> TransferState<T>(this IRuleBuilder<T, string?> rule) =>
        rule.Must(status => status is null || Names.Contains(status)).WithMessage($"Give one of {string.Join(", ", Names)}.");

    /// <summary>A filter's page and one row more, which tells whether there is another.</summary>
    internal static TransferFilter Filter(
        Caller caller, string? reference, string? status, DateTimeOffset? from, DateTimeOffset? to, string? cursor, int limit) =>
        new(
            caller.SeesAll ? null : caller.Client, reference, EnumNames.TryRead<TransferStatus>(status, out var s) ? s : null, from, to, Paging.Read(cursor), limit + 1)
        {
            IsCancelled = status == Cancelled,
        };
}
