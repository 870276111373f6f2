using Microsoft.OpenApi;

namespace Payments.Api.Hosting.Contract;

/// <summary>The groups calls are shown in.</summary>
internal static class Tag
{
    public const string Checkouts = "Checkouts";
    public const string Refunds = "Refunds";
    public const string Payouts = "Payouts";
    public const string Events = "Events";
    public const string Webhooks = "Webhooks";
    public const string Cases = "Operations: Cases";
    public const string Receipts = "Operations: Receipts";
    public const string Callbacks = "Operations: Callbacks";
    public const string Keys = "Operations: Keys";
    public const string Safaricom = "Operations: Safaricom";

    /// <summary>In the order a reader meets them.</summary>
    public static ISet<OpenApiTag> All() => new HashSet<OpenApiTag>
    {
        New(Checkouts, "What a shop wants paid, and the prompts that ask customers for it."),
        New(Refunds, "Money of a checkout that goes back: a whole receipt is reversed, a part goes to the payer's phone."),
        New(Payouts, "Money a shop sends to phones and businesses."),
        New(Events, "The feed of everything that changed."),
        New(Webhooks, "The same events, sent to an address of the shop's: signed, in order for each thing, until they are taken."),
        New(Cases, "What a person must decide."),
        New(Receipts, "Money that moved to us, and money without an order."),
        New(Callbacks, "What Safaricom sent, as it came."),
        New(Keys, "API keys."),
        New(Safaricom, "The Pay Bill's registration, the float, and how Safaricom and this deployment are doing."),
    };

    private static OpenApiTag New(string name, string description) => new() { Name = name, Description = description };
}
