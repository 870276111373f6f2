namespace Payments.Application.Diagnostics;

/// <summary>What no program can see from here.</summary>
/// <param name="Where">Where to look.</param>
public sealed record ManualStep(string What, string Where);

/// <summary>Everything the doctor found, in the order a person would look.</summary>
/// <param name="Ok">False when there is at least one problem.</param>
/// <param name="ByHand">What only a person can check.</param>
public sealed record DiagnosticReport(
    bool Ok, string Environment, string? PublicBaseUrl, DateTimeOffset CheckedAt, IReadOnlyList<Finding> Findings, IReadOnlyList<ManualStep> ByHand)
{
    /// <summary>The same for everybody: Safaricom shows these to people only.</summary>
    public static readonly IReadOnlyList<ManualStep> Hand =
    [
        new("The callback's address is allowed under the app, where the portal asks for it (URL whitelisting).",
            "the Daraja portal, My Apps, the app; else ask apisupport@safaricom.co.ke"),
        new("External Validation is switched on for the shortcode, if payments by hand are to be validated. It is off by default.",
            "its owner asks apisupport@safaricom.co.ke or M-pesabusiness@safaricom.co.ke; without it c2b/validate is never called"),
        new("The app is approved for production: go-live is done, and the live app has the products.",
            "the Daraja portal, Go Live, and My Apps; the organisation's operators are at org.ke.m-pesa.com"),
    ];
}
