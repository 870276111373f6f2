using System.Globalization;
using System.Text.Json.Nodes;

namespace Payments.Simulator;

/// <summary>POST /mpesa/c2b/v1|v2/simulate, Daraja's own way to try C2B; the sandbox's alone (docs/protocol/c2b.md).</summary>
internal sealed class SimulateC2b(
    Organisations organisations, C2bPayments payments, Planner planner, Background background, Gateway gateway, SettingsStore settings)
{
    public Func<Call, Task<Answer>> Version(int version) => call => Handle(call, version);

    private async Task<Answer> Handle(Call call, int version)
    {
        if (settings.Current.Production)
        {
            return Api.C2bSimulate.NotFound();
        }

        if (settings.Current.C2bVersion != "any" && settings.Current.C2bVersion != $"v{version}")
        {
            return Api.NoProduct();
        }

        if (!call.IsObject)
        {
            return Answer.Error(400, "400.002.05", "Invalid Request Payload");
        }

        var buyGoods = call["CommandID"] == "CustomerBuyGoodsOnline";
        var bad = Check.FirstBad(
            ("ShortCode", organisations.Find(call["ShortCode"]) is not null),
            ("CommandID", buyGoods || call["CommandID"] == "CustomerPayBillOnline"),
            ("Amount", Check.WholeAmount(call["Amount"])),
            ("Msisdn", Check.Msisdn(call["Msisdn"])),
            ("BillRefNumber", buyGoods || call["BillRefNumber"].Length is > 0 and <= 20));
        if (bad is not null)
        {
            return Answer.Error(400, "400.003.02", $"Bad Request - Invalid {bad}");
        }

        var plan = planner.For(Api.C2bSimulate, call["Msisdn"]);
        if (await Gateway.Refused(plan, Api.C2bSimulate) is { } fault)
        {
            return fault;
        }

        var amount = decimal.Parse(call["Amount"], CultureInfo.InvariantCulture);
        var order = new C2bOrder(call["ShortCode"], buyGoods, amount, call["BillRefNumber"], call["Msisdn"]);
        _ = background.Run(async cancel =>
        {
            await Task.Delay(gateway.Delay(plan), cancel);
            await payments.Pay(order, plan, cancel);
        });
        return await Gateway.Accepted(plan, Api.C2bSimulate, Answer.Json(Ack(version)));
    }

    // Version 1 has a ConversationID and no ResponseCode (docs/protocol/c2b.md).
    private static JsonObject Ack(int version) => version == 1
        ? new()
        {
            ["ConversationID"] = Ids.Conversation(),
            ["OriginatorCoversationID"] = Ids.Request(),
            ["ResponseDescription"] = "Accept the service request successfully.",
        }
        : new()
        {
            ["OriginatorCoversationID"] = Ids.Request(),
            ["ResponseCode"] = "0",
            ["ResponseDescription"] = "Accept the service request successfully.",
        };
}
