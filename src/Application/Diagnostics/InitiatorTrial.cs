using Payments.Application.Reconciliation;
using Payments.Domain.Common;

namespace Payments.Application.Diagnostics;

/// <summary>What became of a credential that was tried.</summary>
/// <param name="Refusal">What was said at once, if it was no.</param>
/// <param name="AnsweredAt">When the balance query was answered; null while it was not.</param>
/// <param name="Answer"><see cref="StatusQuery.Told"/> when the credential was accepted, else why not.</param>
public sealed record InitiatorTrial(StatusQueryId Question, DateTimeOffset AskedAt, string? Refusal, DateTimeOffset? AnsweredAt, string? Answer);
