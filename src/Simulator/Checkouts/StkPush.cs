using System.Globalization;

namespace Payments.Simulator;

/// <summary>POST /mpesa/stkpush/v1/processrequest (docs/protocol/stk.md#stk-push): checks, accepts, and leaves the rest to <see cref="StkLifecycle"/>.</summary>
internal sealed class StkPush(Organisations organisations, Prompts prompts, Planner planner, StkLifecycle life, Gateway gateway, SettingsStore settings)
{
    // The prompt is shown as one text of at most 182 characters (docs/protocol/stk.md#stk-push, code 1025); what stands around the description is about this long.
    private const int LongestDescription = 182;

    // A consumer that does not answer a callback delivered before the reply must not hold up the reply for ever.
    private static readonly TimeSpan EarlyCallbackWait = TimeSpan.FromSeconds(5);

    public async Task<Answer> Handle(Call call)
    {
        if (Bad(call) is { } field)
        {
            return Answer.BadField(field);
        }

        if (organisations.ByShortcode(call["BusinessShortCode"]) is not { } shop)
        {
            return Faults.Make("merchant-does-not-exist", Api.Stk);
        }

        if (!shop.PasswordMatches(call["Password"], call["Timestamp"]))
        {
            return Faults.Make("wrong-credentials", Api.Stk);
        }

        var buyGoods = call["TransactionType"] == "CustomerBuyGoodsOnline";
        // The sandbox's 174379 has no till: it refuses the type, not the party (docs/protocol/stk.md#stk-push).
        if (buyGoods && shop.TillNumber is null)
        {
            return Answer.BadField("TransactionType");
        }

        var phone = call["PhoneNumber"];
        var locking = settings.Current.SubscriberLock;
        if (locking == "reply" && prompts.Busy(phone))
        {
            return Faults.SubscriberLocked();
        }

        var plan = planner.For(Api.Stk, phone);
        if (await Gateway.Refused(plan, Api.Stk) is { } fault)
        {
            return fault;
        }

        var prompt = new StkPrompt
        {
            MerchantRequestId = Ids.Request(),
            CheckoutRequestId = Ids.Checkout(phone),
            Shortcode = shop.Shortcode,
            BuyGoods = buyGoods,
            Amount = int.Parse(call["Amount"], CultureInfo.InvariantCulture),
            Phone = phone,
            PartyB = call["PartyB"],
            CallbackUrl = call["CallBackURL"],
            Reference = call["AccountReference"],
            Plan = WithRequestErrors(plan, call, shop, buyGoods),
        };
        if (!Silent(prompt) && locking != "off" && !prompts.TryLock(prompt))
        {
            if (locking == "reply")
            {
                return Faults.SubscriberLocked();
            }

            prompt.Plan = plan with { Outcome = Outcomes.Locked, FirstSays = null };
        }

        prompts.Add(prompt);
        life.Start(prompt, Silent(prompt));
        if (prompt.Plan.BeforeReply)
        {
            await Task.WhenAny(prompt.Delivered.Task, Task.Delay(gateway.Delay(prompt.Plan) + EarlyCallbackWait));
        }

        return await Gateway.Accepted(prompt.Plan, Api.Stk, Answer.Json(new()
        {
            ["MerchantRequestID"] = prompt.MerchantRequestId,
            ["CheckoutRequestID"] = prompt.CheckoutRequestId,
            ["ResponseCode"] = "0",
            ["ResponseDescription"] = "Success. Request accepted for processing",
            ["CustomerMessage"] = "Success. Request accepted for processing",
        }));
    }

    private static string? Bad(Call call) => Check.FirstBad(
        ("BusinessShortCode", Check.Shortcode(call["BusinessShortCode"])),
        ("Password", call["Password"].Length > 0),
        ("Timestamp", Check.Timestamp(call["Timestamp"])),
        ("TransactionType", call["TransactionType"] is "CustomerPayBillOnline" or "CustomerBuyGoodsOnline"),
        ("Amount", Check.WholeAmount(call["Amount"])),
        ("PartyA", Check.Msisdn(call["PartyA"])),
        ("PartyB", Check.Shortcode(call["PartyB"])),
        ("PhoneNumber", Check.Msisdn(call["PhoneNumber"])),
        ("CallBackURL", Check.Url(call["CallBackURL"])),
        ("AccountReference", call["AccountReference"].Length > 0));

    // Accepted, yet no prompt appears and nothing more is heard (docs/protocol/stk.md#stk-push).
    private static bool Silent(StkPrompt prompt) => prompt.Reference.Length > 12;

    // What the request itself brings about, whatever the customer would do.
    private Plan WithRequestErrors(Plan plan, Call call, Organisation shop, bool buyGoods)
    {
        var partyB = call["PartyB"];
        var outcome =
            !shop.Has(partyB) ? Outcomes.NoOperator
            : partyB != (buyGoods ? shop.TillNumber : shop.Shortcode) ? Outcomes.NotPermitted
            : call["TransactionDesc"].Length > LongestDescription ? Outcomes.PushFailed
            : settings.Current.TwoMinuteRule && prompts.PaidJustNow(call["PhoneNumber"], int.Parse(call["Amount"], CultureInfo.InvariantCulture))
                ? Outcomes.RuleLimited
            : null;
        return outcome is null ? plan : plan with { Outcome = outcome, FirstSays = null };
    }
}
