using Payments.Application.Checkouts;
using Payments.Domain.C2b;

namespace Payments.Api.Pages.Pay;

/// <summary>What the shopper is to do or to wait for.</summary>
public enum PayStep
{
    /// <summary>Type a number; nothing has been tried yet.</summary>
    Open,

    /// <summary>The prompt is on its way to Safaricom.</summary>
    Sending,

    /// <summary>The prompt is on the phone.</summary>
    TypePin,

    /// <summary>Whether the prompt came is not known.</summary>
    InDoubt,

    /// <summary>The last prompt came to nothing.</summary>
    Failed,

    Paid,
    Expired,
    Cancelled,
}

/// <summary>What came of what the shopper just sent, beside the checkout itself.</summary>
public sealed record PayAnswer
{
    /// <summary>What he typed as his number, to be shown again.</summary>
    public string? Phone { get; init; }

    public string? PhoneProblem { get; init; }

    /// <summary>Why no prompt went out, when that is not the number's fault.</summary>
    public string? Notice { get; init; }

    /// <summary>When he can try again.</summary>
    public DateTimeOffset? RetryAt { get; init; }

    public string? Code { get; init; }

    public string? CodeProblem { get; init; }

    public string? CodeAnswer { get; init; }

    /// <summary>Prompts are no way for now: how to pay by hand is shown at once.</summary>
    public bool NeedsHand { get; init; }

    /// <summary>200, or the status of the refusal.</summary>
    public int Status { get; init; } = 200;
}

/// <summary>One checkout as its pay page shows it.</summary>
public sealed record PayModel(
    CheckoutView Checkout, string Secret, PayText Text, ShopOptions Shop, OurShortcodes Ours, PayAnswer Answer, DateTimeOffset Now)
{
    /// <summary>From then on Safaricom's silence no longer keeps the shopper from a new prompt (docs/checkout.md).</summary>
    private static readonly TimeSpan UnderWay = TimeSpan.FromMinutes(3);

    /// <summary>After so many prompts in a row that came to nothing, paying by hand is shown at once.</summary>
    private const int EnoughFailures = 2;

    private AttemptView? Last => Checkout.Attempts.Count > 0 ? Checkout.Attempts[^1] : null;

    public PayStep Step => Checkout.Status switch
    {
        "paid" => PayStep.Paid,
        "expired" => PayStep.Expired,
        "cancelled" => PayStep.Cancelled,
        "failed" => PayStep.Failed,
        "pending" => Last?.Status switch
        {
            "sending" => PayStep.Sending,
            "sent" when !CanPrompt => PayStep.TypePin,
            _ => PayStep.InDoubt,
        },
        _ => PayStep.Open,
    };

    /// <summary>Whether a form for a prompt is shown; the service itself decides when one is sent.</summary>
    public bool CanPrompt => Checkout.Status is "open" or "failed" || (Checkout.Status == "pending" && Last is { } last && Now - last.StartedAt >= UnderWay);

    public bool IsOver => Step is PayStep.Paid or PayStep.Expired or PayStep.Cancelled;

    public bool IsWaiting => Step is PayStep.Sending or PayStep.TypePin or PayStep.InDoubt;

    public FailureView? Failure => Step == PayStep.Failed ? Checkout.Failure : null;

    /// <summary>How long until it makes sense to try again; null when it does now.</summary>
    public int? SecondsLeft => (Answer.RetryAt ?? Failure?.RetryAt) is { } at && at > Now ? (int)Math.Ceiling((at - Now).TotalSeconds) : null;

    public bool ShowsHand => Answer.NeedsHand || (Step == PayStep.Failed && Checkout.Attempts.Reverse().TakeWhile(a => a.Status == "failed").Count() >= EnoughFailures);

    /// <summary>M-PESA moves whole shillings.</summary>
    public decimal Due => Math.Ceiling(Checkout.AmountDue);

    public string Number => Ours.Till ?? Ours.Main;

    public string ShopName => NameOf(Shop, Ours, Text);

    /// <summary>The phone a prompt went to, its middle hidden.</summary>
    public string PromptedPhone => Last?.Phone ?? Checkout.Phone ?? Text.Phone;

    /// <summary>What the heading says, and a screen reader hears when it changes.</summary>
    public string Heading => Step switch
    {
        PayStep.Sending => PayText.With(Text.Sending, PromptedPhone),
        PayStep.TypePin => PayText.With(Text.TypePin, PromptedPhone),
        PayStep.InDoubt => Text.InDoubt,
        PayStep.Failed => Text.NotPaid,
        PayStep.Paid => Text.Paid,
        PayStep.Expired => Text.Expired,
        PayStep.Cancelled => Text.Cancelled,
        _ => Checkout.AmountPaid > 0 ? Text.PartlyPaid : Text.Title,
    };

    /// <summary>What is in the QR code: the same form the simulated phone scans.</summary>
    public string QrText => Ours.Till is { } till
        ? FormattableString.Invariant($"mpesa:till?till={till}&amount={Due:0}")
        : FormattableString.Invariant($"mpesa:paybill?business={Ours.Main}&account={Uri.EscapeDataString(Checkout.Account)}&amount={Due:0}");

    /// <summary>
    /// The shop's page with the checkout's id, and nothing the shop would have to believe: whether it is paid it asks, or is told by a webhook.
    /// </summary>
    public string? ReturnUrl
    {
        get
        {
            if (Checkout.ReturnUrl is not { } url)
            {
                return null;
            }

            var (page, fragment) = url.IndexOf('#', StringComparison.Ordinal) is var at and >= 0 ? (url[..at], url[at..]) : (url, "");
            return $"{page}{(page.Contains('?', StringComparison.Ordinal) ? '&' : '?')}checkout={Checkout.Id}{fragment}";
        }
    }

    public static string NameOf(ShopOptions shop, OurShortcodes ours, PayText text) =>
        shop.Name ?? (ours.Till is { } till ? $"{text.Till} {till}" : $"{text.Business} {ours.Main}");
}
