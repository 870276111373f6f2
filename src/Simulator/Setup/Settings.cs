namespace Payments.Simulator;

/// <summary>Switches that can be changed while the simulator runs: <c>PUT /simulator/settings</c>, any part of them.</summary>
internal sealed record Settings
{
    /// <summary>Milliseconds from a request to its outcome.</summary>
    public int DelayMs { get; init; } = 1000;

    /// <summary>Milliseconds an unanswered prompt rings: about 60 s (docs/protocol/stk.md#stk-push).</summary>
    public int PromptLifeMs { get; init; } = 60_000;

    /// <summary>What an unanswered prompt ends with: 1037, or 1032 or 1019 by other accounts (docs/protocol/result-codes.md).</summary>
    public string UnansweredCode { get; init; } = "1037";

    /// <summary>Seconds an access token lives; expires_in tells one less.</summary>
    public int TokenSeconds { get; init; } = 3600;

    /// <summary>expires_in as 3599 in place of "3599" (docs/protocol/oauth.md: pages disagree).</summary>
    public bool ExpiresInAsNumber { get; init; }

    /// <summary>API names the app has; null: all. A token keeps what it was made with (docs/protocol/oauth.md).</summary>
    public IReadOnlyList<string>? Products { get; init; }

    /// <summary>STK query while the phone rings: "500" (500.001.1001), "4999" (HTTP 200) or "mixed" (docs/protocol/stk.md#stk-query).</summary>
    public string PendingForm { get; init; } = "500";

    /// <summary>STK query for an id nobody knows: HTTP "400" or "500" (docs/protocol/stk.md#stk-query: sources disagree).</summary>
    public string UnknownCheckout { get; init; } = "400";

    /// <summary>A second push on a ringing phone: refused in the "reply", by "callback" 1001, or "off" (docs/protocol/stk.md#stk-push, result-codes.md).</summary>
    public string SubscriberLock { get; init; } = "reply";

    /// <summary>Same phone and amount paid within two minutes: result 17 (docs/protocol/stk.md#stk-push).</summary>
    public bool TwoMinuteRule { get; init; }

    /// <summary>The Balance item without a Value in the STK callback (docs/protocol/stk.md#stk-push).</summary>
    public bool StkBalanceItem { get; init; } = true;

    /// <summary>PhoneNumber in the STK callback: "number", "string" or "masked" (docs/protocol/stk.md#stk-push).</summary>
    public string StkPhone { get; init; } = "number";

    /// <summary>"[STK_CB - ]" before the texts of failures (docs/protocol/stk.md#stk-push).</summary>
    public bool StkDescPrefix { get; init; }

    /// <summary>An STK payment also yields a C2B confirmation with its receipt, where URLs are registered (docs/protocol/stk.md#stk-push).</summary>
    public bool StkConfirmation { get; init; }

    /// <summary>As in production: C2B registers once and only public https; no simulate (docs/protocol/c2b.md).</summary>
    public bool Production { get; init; }

    /// <summary>The C2B version the app bought: "any", "v1" or "v2"; the other has no apiproduct match (docs/protocol/c2b.md).</summary>
    public string C2bVersion { get; init; } = "any";

    /// <summary>MSISDN in C2B bodies: "auto" (v1 hashed, v2 spaced), any of <see cref="Phones.Forms"/>, or "mixed" (docs/protocol/c2b.md).</summary>
    public string C2bPhone { get; init; } = "auto";

    /// <summary>A customer as the other party of a result: any of <see cref="Phones.Forms"/>, or "mixed".</summary>
    public string PartyPhone { get; init; } = "plain";

    /// <summary>TransactionType in C2B bodies: "auto" (Pay Bill, Buy Goods), "absent", or any text; M-PESA has more than are documented.</summary>
    public string C2bType { get; init; } = "auto";

    /// <summary>transactiontype in Pull's rows: "auto", "absent", or any text.</summary>
    public string PullType { get; init; } = "auto";

    /// <summary>Numbers of the same owner that are paid too and told of at the first shortcode's URLs.</summary>
    public IReadOnlyList<string> Siblings { get; init; } = [];

    /// <summary>FirstName filled; names may come empty (docs/protocol/c2b.md).</summary>
    public bool C2bNames { get; init; } = true;

    /// <summary>Register's answer: "documented", "no-code" or "zeros" (docs/protocol/c2b.md: v2 may omit ResponseCode or send 00000000).</summary>
    public string C2bRegisterReply { get; init; } = "documented";

    /// <summary>External Validation: off by default at Safaricom, on here because it is what one wants to try (docs/protocol/c2b.md).</summary>
    public bool ExternalValidation { get; init; } = true;

    /// <summary>Milliseconds a validation may take before ResponseType decides: about 8 s (docs/protocol/c2b.md).</summary>
    public int ValidationDeadlineMs { get; init; } = 8000;

    /// <summary>Shape of the results of the asynchronous APIs, see the README's table; empty: each product's documented sample.</summary>
    public string Variant { get; init; } = "";

    /// <summary>An OriginatorConversationID seen before: refused in the "reply" (500.002.1001), or taken and refused by "result" 15 (docs/protocol/b2c-b2b.md#b2c, result-codes.md).</summary>
    public string DuplicateOriginator { get; init; } = "reply";

    /// <summary>How many payments a Pull answer lists. Not published; small, so that paging happens.</summary>
    public int PullPageSize { get; init; } = 100;

    /// <summary>Pull register answers "Response Status" with a space (docs/protocol/pull.md).</summary>
    public bool PullSpacedKey { get; init; }

    /// <summary>The form of every callback's body: "documented", "mixed" or one of the README's table.</summary>
    public string CallbackBody { get; init; } = Bodies.Documented;

    /// <summary>The address of this machine callbacks come from, such as 127.0.0.9; null: whichever the system takes.</summary>
    public string? CallbackSource { get; init; }

    /// <summary>X-Forwarded-For of callbacks, as a proxy would write it; null: none.</summary>
    public string? ForwardedFor { get; init; }

    /// <summary>The B2C version the app bought: "any", "v1" or "v3"; the other has no apiproduct match (docs/protocol/b2c-b2b.md#b2c).</summary>
    public string B2cVersion { get; init; } = "any";

    /// <summary>Characters of an access token: 28 in the documents, some apps have got hundreds.</summary>
    public int TokenLength { get; init; } = 28;

    /// <summary>How else Pull answers.</summary>
    public PullManners Pull { get; init; } = new();

    /// <summary>Faults by chance.</summary>
    public Rates Rates { get; init; } = new();

    /// <summary>What is wrong with these settings, in sentences.</summary>
    public IEnumerable<string> Problems()
    {
        foreach (var (name, value, allowed) in new (string, string, string[])[]
        {
            ("unansweredCode", UnansweredCode, ["1037", "1032", "1019"]),
            ("pendingForm", PendingForm, ["500", "4999", "mixed"]),
            ("unknownCheckout", UnknownCheckout, ["400", "500"]),
            ("subscriberLock", SubscriberLock, ["reply", "callback", "off"]),
            ("stkPhone", StkPhone, ["number", "string", "masked"]),
            ("c2bVersion", C2bVersion, ["any", "v1", "v2"]),
            ("b2cVersion", B2cVersion, ["any", "v1", "v3"]),
            ("callbackBody", CallbackBody, [.. Bodies.Names, "mixed"]),
            ("c2bPhone", C2bPhone, ["auto", .. Phones.Forms, Phones.Mixed]),
            ("partyPhone", PartyPhone, [.. Phones.Forms, Phones.Mixed]),
            ("duplicateOriginator", DuplicateOriginator, ["reply", "result"]),
            ("c2bRegisterReply", C2bRegisterReply, ["documented", "no-code", "zeros"]),
        })
        {
            if (!allowed.Contains(value))
            {
                yield return $"{name} is one of {string.Join(", ", allowed)}, not '{value}'.";
            }
        }

        if (DelayMs < 0 || PromptLifeMs < 0 || ValidationDeadlineMs < 0)
        {
            yield return "Times are milliseconds, 0 or more.";
        }

        if (Siblings is null || Siblings.Any(s => s is not { Length: >= 5 and <= 7 } || !s.All(char.IsAsciiDigit)))
        {
            yield return "siblings are 5 to 7 digits each.";
        }

        if (TokenSeconds < 1 || PullPageSize < 1)
        {
            yield return "tokenSeconds and pullPageSize are 1 or more.";
        }

        if (TokenLength is < 28 or > 8000)
        {
            yield return "tokenLength is from 28 to 8000.";
        }

        if (CallbackSource is not null && !System.Net.IPAddress.TryParse(CallbackSource, out _))
        {
            yield return "callbackSource is an address of this machine.";
        }

        foreach (var name in (Products ?? []).Except(Api.Names))
        {
            yield return $"products knows no '{name}', only {string.Join(", ", Api.Names)}.";
        }

        if (Shape.Problem(Variant) is { } variant)
        {
            yield return variant;
        }

        if (Pull is null)
        {
            yield return "pull is an object.";
        }

        foreach (var problem in Pull?.Problems() ?? [])
        {
            yield return problem;
        }

        if (Rates is null)
        {
            yield return "rates is an object.";
        }

        foreach (var problem in Rates?.Problems() ?? [])
        {
            yield return problem;
        }
    }
}
