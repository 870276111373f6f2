using Payments.Application.Common;
using Payments.Application.Diagnostics;

namespace Payments.Api.Diagnostics;

/// <summary>What the doctor found.</summary>
/// <param name="Ok">False when there is at least one problem.</param>
/// <param name="PublicBaseUrl">The address that was looked at.</param>
/// <param name="Findings">In the order a person would look.</param>
/// <param name="ByHand">What no program can see from here.</param>
public sealed record DoctorView(
    bool Ok, string Environment, string? PublicBaseUrl, DateTimeOffset CheckedAt, IReadOnlyList<FindingView> Findings, IReadOnlyList<ManualStep> ByHand)
{
    internal static DoctorView Of(DiagnosticReport report) =>
        new(report.Ok, report.Environment, report.PublicBaseUrl, report.CheckedAt, [.. report.Findings.Select(FindingView.Of)], report.ByHand);
}

/// <summary>One check.</summary>
/// <param name="Check">Stable, for programs: <c>address.certificate</c>.</param>
/// <param name="State"><c>ok</c>, <c>warning</c>, <c>problem</c> or <c>not_checked</c>.</param>
/// <param name="Checked">What was checked.</param>
/// <param name="Seen">What was seen; for <c>not_checked</c> why nobody looked.</param>
/// <param name="Do">What to do; null when nothing.</param>
public sealed record FindingView(string Check, string State, string Checked, string Seen, string? Do)
{
    internal static FindingView Of(Finding finding) => new(finding.Check, EnumNames.Name(finding.State), finding.Checked, finding.Observed, finding.Remedy);
}
