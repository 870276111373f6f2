using System.Globalization;
using System.Text.Json.Nodes;

namespace Payments.Simulator;

/// <summary>The body of an STK callback (docs/protocol/stk.md#stk-push): ResultCode a number, metadata only on success, amounts with two decimals.</summary>
internal static class StkCallback
{
    public static string Body(StkPrompt prompt, Plan plan, Settlement settled, CopyKind kind, Settings settings) => kind switch
    {
        CopyKind.Contradiction => Body(prompt, Other(settled.Outcome), null, settings),
        CopyKind.Bare => Body(prompt, settled.Outcome, null, settings),
        CopyKind.Malformed => Cut(Body(prompt, settled.Outcome, Metadata(prompt, plan, settled, settings), settings)),
        _ => Body(prompt, settled.Outcome, settled.Outcome.Paid ? Metadata(prompt, plan, settled, settings) : null, settings),
    };

    public static string Body(StkPrompt prompt, Outcome outcome, JsonArray? metadata, Settings settings)
    {
        var callback = new JsonObject
        {
            ["MerchantRequestID"] = prompt.MerchantRequestId,
            ["CheckoutRequestID"] = prompt.CheckoutRequestId,
            ["ResultCode"] = Json.Code(outcome.Code),
            ["ResultDesc"] = settings.StkDescPrefix && !outcome.Paid ? $"[STK_CB - ]{outcome.Text}" : outcome.Text,
        };
        if (metadata is not null)
        {
            callback["CallbackMetadata"] = new JsonObject { ["Item"] = metadata };
        }

        return Json.Text(new JsonObject { ["Body"] = new JsonObject { ["stkCallback"] = callback } });
    }

    /// <summary>A body cut short: no longer JSON.</summary>
    public static string Cut(string body) => body[..(body.Length * 2 / 3)];

    /// <summary>A failure that is not what happened. A false success is never told: no client could see through it.</summary>
    public static Outcome Other(Outcome truth) => truth == Outcomes.Unreachable ? Outcomes.Cancelled : Outcomes.Unreachable;

    private static JsonArray Metadata(StkPrompt prompt, Plan plan, Settlement settled, Settings settings)
    {
        // decimal keeps its scale: 1 is written 1.00.
        var items = new JsonArray { Item("Amount", (plan.CallbackAmount ?? prompt.Amount) + 0.00m), Item("MpesaReceiptNumber", settled.Receipt) };
        if (settings.StkBalanceItem)
        {
            items.Add(new JsonObject { ["Name"] = "Balance" });
        }

        items.Add(Item("TransactionDate", long.Parse(Eat.Digits(settled.At), CultureInfo.InvariantCulture)));
        var phone = plan.CallbackParty ?? prompt.Phone;
        items.Add(Item("PhoneNumber", settings.StkPhone switch
        {
            "string" => phone,
            "masked" => Phones.Masked(phone),
            _ => Json.Code(phone),
        }));
        return items;
    }

    private static JsonObject Item(string name, JsonNode value) => new() { ["Name"] = name, ["Value"] = value };
}
