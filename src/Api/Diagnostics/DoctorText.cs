using Payments.Application.Diagnostics;

namespace Payments.Api.Diagnostics;

/// <summary>Findings for a console: one block each, the state first, for eyes that look for one word.</summary>
internal static class DoctorText
{
    private const int Indent = 13;

    public static void Write(TextWriter output, Finding finding)
    {
        output.WriteLine($"{Word(finding.State),-Indent}{finding.Checked}  [{finding.Check}]");
        output.WriteLine($"{"",Indent}{finding.Seen}");
        if (finding.Do is { } todo)
        {
            output.WriteLine($"{"",Indent}-> {todo}");
        }

        output.WriteLine();
    }

    public static void WriteEnd(TextWriter output, DiagnosticReport report, bool withHand)
    {
        if (withHand)
        {
            output.WriteLine("What no program can see from here:");
            foreach (var hand in report.ByHand)
            {
                output.WriteLine($"  - {hand.What}\n    {hand.Where}");
            }

            output.WriteLine();
        }

        int Count(FindingState state) => report.Findings.Count(f => f.State == state);
        output.WriteLine($"{Count(FindingState.Ok)} ok, {Count(FindingState.Warning)} warnings, {Count(FindingState.Problem)} problems, "
            + $"{Count(FindingState.NotChecked)} not checked.");
    }

    private static string Word(FindingState state) => state switch
    {
        FindingState.Ok => "ok",
        FindingState.Warning => "warning",
        FindingState.Problem => "PROBLEM",
        FindingState.NotChecked => "not checked",
    };
}
