using System.Text.Json;

namespace Payments.Simulator;

/// <summary>What a test or a person orders for a phone or an API, as it comes in JSON. All members are optional.</summary>
internal sealed record Script
{
    // A late callback is later than the first question of a client that reconciles quickly.
    private const int LateMs = 10_000;

    private static readonly string[] Callbacks =
        ["once", "twice", "thrice", "never", "late", "before-reply", "malformed", "bare", "contradicted", "contradicting-first", "interim-first"];

    private static readonly string[] Timeouts = ["envelope", "flat", "empty", "envelope-after", "flat-after", "empty-after"];

    private static readonly string[] Queries = ["pending", "failed-first", "late"];

    /// <summary>A name of the catalogue, or its code as string or number.</summary>
    public JsonElement? Outcome { get; init; }

    /// <summary>Any code at all, known or not; goes before <see cref="Outcome"/>.</summary>
    public JsonElement? ResultCode { get; init; }

    public string? ResultDesc { get; init; }

    public JsonElement? FirstSays { get; init; }

    public int? DelayMs { get; init; }

    public string? Callback { get; init; }

    /// <summary>Milliseconds from the outcome to its callback; with "late" 10,000 unless given.</summary>
    public int? CallbackDelayMs { get; init; }

    public decimal? CallbackAmount { get; init; }

    /// <summary>Another receiver, or phone, in the callback than the one that was paid.</summary>
    public string? CallbackParty { get; init; }

    /// <summary>The C2B confirmation of an STK payment: once, twice or never, whatever the switch says.</summary>
    public string? Confirmation { get; init; }

    public int? ConfirmationDelayMs { get; init; }

    /// <summary>How the payer of a C2B confirmation, or a payout's receiver, is shown.</summary>
    public string? Payer { get; init; }

    public string? Error { get; init; }

    public string? Reply { get; init; }

    public int? ReplyDelayMs { get; init; }

    public string? Query { get; init; }

    public int? QueryTimes { get; init; }

    public string? PendingForm { get; init; }

    public string? Variant { get; init; }

    /// <summary>Result parameters by key, to be told instead of the truth; null tells the key without a Value.</summary>
    public Dictionary<string, JsonElement?>? Parameters { get; init; }

    public string? QueueTimeout { get; init; }

    /// <summary>The form of the callbacks' bodies, the confirmation's too; see the README's table.</summary>
    public string? Body { get; init; }

    /// <summary>A payout that was paid comes back after so many milliseconds, and status queries say so.</summary>
    public int? ReversedAfterMs { get; init; }

    /// <summary>Only for requests to this API; null: to any.</summary>
    public string? Api { get; init; }

    /// <summary>For so many requests, then the script is gone; null: it stays.</summary>
    public int? Times { get; init; }

    public IEnumerable<string> Problems()
    {
        if (Read(Outcome) is { } outcome && Outcomes.Find(outcome) is null)
        {
            yield return Unknown("outcome", outcome, Outcomes.Names);
        }

        if (Read(FirstSays) is { } first && Outcomes.Find(first) is null or { Paid: true })
        {
            yield return Unknown("firstSays", first, Outcomes.Names);
        }

        if (Callback is not null && !Callbacks.Contains(Callback))
        {
            yield return Unknown("callback", Callback, Callbacks);
        }

        if (Error is not null && !Faults.Known(Error))
        {
            yield return Unknown("error", Error, Faults.Names);
        }

        if (Reply is not (null or "normal") && !Faults.Known(Reply))
        {
            yield return Unknown("reply", Reply, Faults.Names);
        }

        if (Query is not null && !Queries.Contains(Query) && !Faults.Known(Query))
        {
            yield return Unknown("query", Query, Queries.Concat(Faults.Names));
        }

        if (PendingForm is not (null or "500" or "4999" or "mixed"))
        {
            yield return Unknown("pendingForm", PendingForm, ["500", "4999", "mixed"]);
        }

        if (QueueTimeout is not null && !Timeouts.Contains(QueueTimeout))
        {
            yield return Unknown("queueTimeout", QueueTimeout, Timeouts);
        }

        if (Shape.Problem(Variant) is { } variant)
        {
            yield return variant;
        }

        if (Confirmation is not (null or "once" or "twice" or "never"))
        {
            yield return Unknown("confirmation", Confirmation, ["once", "twice", "never"]);
        }

        if (Body is not (null or "mixed") && !Bodies.Names.Contains(Body))
        {
            yield return Unknown("body", Body, [.. Bodies.Names, "mixed"]);
        }

        if (ReversedAfterMs < 0)
        {
            yield return "reversedAfterMs is milliseconds, 0 or more.";
        }

        if (Payer is not (null or Phones.Mixed) && !Phones.Forms.Contains(Payer))
        {
            yield return Unknown("payer", Payer, Phones.Forms.Append(Phones.Mixed));
        }

        if (Api is not null && !Simulator.Api.Names.Contains(Api))
        {
            yield return Unknown("api", Api, Simulator.Api.Names);
        }

        if (DelayMs < 0 || CallbackDelayMs < 0 || ConfirmationDelayMs < 0 || ReplyDelayMs < 0)
        {
            yield return "Delays are milliseconds, 0 or more.";
        }

        if (Times < 1 || QueryTimes < 1)
        {
            yield return "times and queryTimes are 1 or more.";
        }
    }

    public Plan ToPlan()
    {
        var outcome = Read(ResultCode) is { } code ? Outcomes.OfCode(code)
            : Read(Outcome) is { } name ? Outcomes.Find(name)!
            : Outcomes.Paid;
        return new()
        {
            Outcome = ResultDesc is null ? outcome : outcome with { Text = ResultDesc },
            FirstSays = Read(FirstSays) is { } first ? Outcomes.Find(first) : null,
            Delay = Span(DelayMs),
            Copies = [.. Copies().Select(copy => copy with { Form = Body })],
            BeforeReply = Callback == "before-reply",
            Error = Error,
            Reply = Reply == "normal" ? null : Reply,
            ReplyDelay = Span(ReplyDelayMs) ?? TimeSpan.Zero,
            Query = Query,
            QueryTimes = QueryTimes,
            PendingForm = PendingForm,
            CallbackAmount = CallbackAmount,
            CallbackParty = CallbackParty,
            Confirmation = Confirmations()?.Select(copy => copy with { Form = Body }).ToArray(),
            ReversedAfterMs = ReversedAfterMs,
            Payer = Payer,
            Variant = Variant,
            Parameters = Parameters?.ToDictionary(p => p.Key, p => Told(p.Value)),
            QueueTimeout = QueueTimeout?.Split('-')[0],
            QueueTimeoutAfter = QueueTimeout?.EndsWith("-after", StringComparison.Ordinal) == true,
        };
    }

    private Copy[] Copies()
    {
        var after = Span(CallbackDelayMs) ?? (Callback == "late" ? TimeSpan.FromMilliseconds(LateMs) : TimeSpan.Zero);
        var truth = new Copy(after, CopyKind.Truth);
        // A contradiction needs a moment of its own, or chance would decide which is first.
        var later = after + TimeSpan.FromMilliseconds(DelayMs ?? 500);
        return Callback switch
        {
            "never" => [],
            "twice" => [truth, truth],
            "thrice" => [truth, truth, truth],
            "malformed" => [new(after, CopyKind.Malformed)],
            "bare" => [new(after, CopyKind.Bare)],
            "contradicted" => [truth, new(later, CopyKind.Contradiction)],
            "interim-first" => [new(after, CopyKind.Interim), truth with { After = later }],
            "contradicting-first" => [new(after, CopyKind.Contradiction), truth with { After = later }],
            _ => [truth],
        };
    }

    private Copy[]? Confirmations()
    {
        var truth = new Copy(Span(ConfirmationDelayMs) ?? TimeSpan.Zero, CopyKind.Truth);
        return Confirmation switch { "once" => [truth], "twice" => [truth, truth], "never" => [], _ => null };
    }

    private static object? Told(JsonElement? value) => value switch
    {
        null or { ValueKind: JsonValueKind.Null } => null,
        { ValueKind: JsonValueKind.Number } number => number.GetDecimal(),
        { } other => Read(other),
    };

    private static string? Read(JsonElement? element) => element is { } given ? Json.Scalar(given) ?? given.GetRawText() : null;

    private static TimeSpan? Span(int? milliseconds) => milliseconds is { } given ? TimeSpan.FromMilliseconds(given) : null;

    private static string Unknown(string member, string value, IEnumerable<string> known) =>
        $"{member} knows no '{value}', only {string.Join(", ", known)}.";
}
