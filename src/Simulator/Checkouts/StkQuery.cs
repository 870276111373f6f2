namespace Payments.Simulator;

/// <summary>POST /mpesa/stkpushquery/v1/query (docs/protocol/stk.md#stk-query): ResultCode a string, no receipt, pending in two forms.</summary>
internal sealed class StkQuery(Organisations organisations, Prompts prompts, ScriptStore scripts, Chance chance, SettingsStore settings)
{
    public async Task<Answer> Handle(Call call)
    {
        var bad = Check.FirstBad(
            ("BusinessShortCode", Check.Shortcode(call["BusinessShortCode"])),
            ("Password", call["Password"].Length > 0),
            ("Timestamp", Check.Timestamp(call["Timestamp"])),
            ("CheckoutRequestID", call["CheckoutRequestID"].Length > 0));
        if (bad is not null)
        {
            return Answer.BadField(bad);
        }

        if (organisations.ByShortcode(call["BusinessShortCode"]) is not { } shop)
        {
            return Faults.Make("merchant-does-not-exist", Api.StkQuery);
        }

        if (!shop.PasswordMatches(call["Password"], call["Timestamp"]))
        {
            return Faults.Make("wrong-credentials", Api.StkQuery);
        }

        var prompt = prompts.Find(call["CheckoutRequestID"]);
        var ordered = (prompt is null ? null : scripts.TakeFor(ScriptStore.Phone(prompt.Phone), Api.StkQuery.Name))
            ?? scripts.Take(ScriptStore.ForApi(Api.StkQuery.Name), Api.StkQuery.Name);
        if (ordered is not null)
        {
            if (await Gateway.Refused(ordered, Api.StkQuery) is { } fault)
            {
                return fault;
            }

            if (ordered.Reply is not null || ordered.ReplyDelay > TimeSpan.Zero)
            {
                return await Gateway.Accepted(ordered, Api.StkQuery, Truth(prompt));
            }
        }

        return prompt is null ? Unknown() : await By(ordered?.Query ?? prompt.NextQuery() ?? Shaken(prompt), prompt);
    }

    private async Task<Answer> By(string? manner, StkPrompt prompt)
    {
        switch (manner)
        {
            case null: return Truth(prompt);
            case "pending": return Pending(prompt, Form(prompt));
            case "500" or "4999": return Pending(prompt, manner);
            case "failed-first": return Final(prompt, prompt.ReportedOutcome ?? Outcomes.Unreachable);
            case "late":
                await Task.Delay(settings.Current.Rates.LateMs);
                return Truth(prompt);
            default: return Faults.Make(manner, Api.StkQuery);
        }
    }

    private Answer Truth(StkPrompt? prompt) =>
        prompt is null ? Unknown() : prompt.ReportedOutcome is { } said ? Final(prompt, said) : Pending(prompt, Form(prompt));

    private string Form(StkPrompt prompt)
    {
        var form = prompt.Plan.PendingForm ?? settings.Current.PendingForm;
        return form != "mixed" ? form : chance.For($"form:{prompt.Phone}").Next(2) == 0 ? "500" : "4999";
    }

    private string? Shaken(StkPrompt prompt)
    {
        var rates = settings.Current.Rates;
        if (rates.QueryPending + rates.Query4999 + rates.Query500 + rates.QueryHtml + rates.QueryLate == 0)
        {
            return null;
        }

        var dice = chance.For($"query:{prompt.Phone}").NextDouble();
        if ((dice -= rates.QueryPending) < 0)
        {
            return "500";
        }

        if ((dice -= rates.Query4999) < 0)
        {
            return "4999";
        }

        if ((dice -= rates.Query500) < 0)
        {
            return "internal-error";
        }

        if ((dice -= rates.QueryHtml) < 0)
        {
            return "html-503";
        }

        return dice < rates.QueryLate ? "late" : null;
    }

    // Form A's requestId is the CheckoutRequestID (docs/protocol/stk.md#stk-query).
    private static Answer Pending(StkPrompt prompt, string form) => form == "500"
        ? Answer.Error(500, "500.001.1001", "The transaction is being processed", prompt.CheckoutRequestId)
        : Final(prompt, Outcomes.Processing);

    private static Answer Final(StkPrompt prompt, Outcome outcome) => Answer.Json(new()
    {
        ["ResponseCode"] = "0",
        // The three s are Safaricom's.
        ["ResponseDescription"] = "The service request has been accepted successsfully",
        ["MerchantRequestID"] = prompt.MerchantRequestId,
        ["CheckoutRequestID"] = prompt.CheckoutRequestId,
        ["ResultCode"] = outcome.Code,
        ["ResultDesc"] = outcome.Text,
    });

    private Answer Unknown() => settings.Current.UnknownCheckout == "400"
        ? Answer.BadField("CheckoutRequestID")
        : Answer.Error(500, "500.001.1001", "Bad Request - Invalid CheckoutRequestID");
}
