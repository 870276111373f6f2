using Payments.Application.Common;

namespace Payments.Application.Callbacks;

/// <summary>A stored callback and what its body says.</summary>
public sealed record ParsedCallback(InboxRow Row, CallbackMessage Message)
{
    /// <summary>Why a confirmation is not trusted; null when it is.</summary>
    public string? UntrustedReason { get; init; }

    /// <summary>The address a confirmation came from, where that alone is why it is not trusted; null otherwise.</summary>
    public string? FromElsewhere { get; init; }

    /// <summary>True for what counts if it can be read: its address carries a token that is believed. A validation is a question and counts as nothing.</summary>
    private bool IsAuthentic => !Row.IsProbe && (Row.Kind == CallbackKind.C2bConfirm ? UntrustedReason is null : Row.SubjectId is not null && !Row.IsOfRegistration);

    /// <summary>What became of it.</summary>
    public CallbackResult WithVerdict(Verdict verdict, string? detail = null) => new(Row.Id, verdict, detail);

    /// <summary>What its kind never says, as far as readers go.</summary>
    public CallbackResult Unexpected() => WithVerdict(Verdict.Unmatched, "Nothing here waits for this kind of callback.");

    /// <summary>Adds how it could be read.</summary>
    public CallbackResult Finish(CallbackResult judgement) => !IsAuthentic ? judgement
        : Message is CallbackMessage.Malformed ? judgement with { Reading = Reading.Unreadable }
        : Message.ReadLeniently is { } why ? judgement with
        {
            Reading = Reading.Lenient,
            Detail = DbText.Clip($"{judgement.Detail}{(judgement.Detail is null ? "" : " ")}Read leniently: {why}.", MaxDetail),
        }
        : judgement;

    /// <summary>The table's limit.</summary>
    private const int MaxDetail = 1000;
}
