using MediatR;

namespace Payments.Application.Reconciliation;

/// <summary>Shows how Safaricom's APIs were last found and what waits to be asked.</summary>
public sealed record GetDaraja : IRequest<DarajaView>;

/// <summary>Safaricom as this deployment finds it, over all its processes.</summary>
/// <param name="Apis">Those that were ever found failing; an API that is not listed never was.</param>
/// <param name="Pull">How Pull stands; null where it is off or has not run.</param>
public sealed record DarajaView(IReadOnlyList<DarajaApiView> Apis, QuestionsView Questions, PullView? Pull);

/// <summary>One of Safaricom's APIs.</summary>
/// <param name="State"><c>closed</c>: it works; <c>open</c>: nothing is sent to it until <paramref name="PausedUntil"/>; <c>half_open</c>: the next call tries it.</param>
/// <param name="Why">What it answered when it was paused; null when it works.</param>
/// <param name="FoundBy">The process that found it so.</param>
public sealed record DarajaApiView(string Api, string State, DateTimeOffset? PausedUntil, string? Why, string FoundBy, DateTimeOffset Since);

/// <summary>Questions to Safaricom.</summary>
/// <param name="PerSecond">What all processes together may ask.</param>
/// <param name="Left">What they may ask at once now; below zero when operators asked beyond it.</param>
/// <param name="Overdue">How many prompts, payouts and refunds are due to be asked about.</param>
/// <param name="OldestDueAt">Since when the first of them has been due; null when none is.</param>
/// <param name="OpenCases">What the questions could not find out, and whatever else a person must decide.</param>
/// <param name="PulledUntil">Up to when confirmations were pulled; null where Pull is off or has not run.</param>
public sealed record QuestionsView(double PerSecond, double Left, long Overdue, DateTimeOffset? OldestDueAt, long OpenCases, DateTimeOffset? PulledUntil);

/// <summary>How far Pull has read what customers paid.</summary>
/// <param name="Until">Everything up to then was read; null when nothing was yet.</param>
/// <param name="State">
/// How the last round ended: <c>complete</c>, <c>uncertain</c> (nothing was listed, in words that may mean something else), <c>incomplete</c>,
/// <c>contradicted</c> (nothing was listed, though a payment of that time is known), <c>not_registered</c> or <c>not_answered</c>; null before the first has.
/// </param>
/// <param name="Why">Why <paramref name="Until"/> stands; null when it does not.</param>
/// <param name="Since">Since when it stands.</param>
/// <param name="StartedAt">When the last round began.</param>
public sealed record PullView(DateTimeOffset? Until, string? State, string? Why, DateTimeOffset? Since, DateTimeOffset StartedAt);

/// <summary>Reads it.</summary>
public sealed class GetDarajaHandler(IQueryRateLimiter budget) : IRequestHandler<GetDaraja, DarajaView>
{
    public Task<DarajaView> Handle(GetDaraja request, CancellationToken cancellationToken) => budget.Read(cancellationToken);
}
