using Payments.Api.Hosting;
using Payments.Application.Diagnostics;
using Spectre.Console;

namespace Payments.Api.Diagnostics;

/// <summary>Findings for a console: one block each, the state first, for eyes that look for one word. In a terminal it has a colour.</summary>
internal sealed class DoctorText(CommandContext context)
{
    private const int Indent = 13;

    public void Write(string line) => context.Output.WriteLine(line);

    public void Write(Finding finding)
    {
        WriteState(finding.State);
        context.Output.WriteLine($"{finding.Checked}  [{finding.Check}]");
        Write($"{"",Indent}{finding.Observed}");
        if (finding.Remedy is { } remedy)
        {
            Write($"{"",Indent}-> {remedy}");
        }

        Write("");
    }

    public void WriteEnd(DiagnosticReport report, bool withHand)
    {
        if (withHand)
        {
            Write("What no program can see from here:");
            foreach (var hand in report.ByHand)
            {
                Write($"  - {hand.What}\n    {hand.Where}");
            }

            Write("");
        }

        int Count(FindingState state) => report.Findings.Count(f => f.State == state);
        Write($"{Count(FindingState.Ok)} ok, {Count(FindingState.Warning)} warnings, {Count(FindingState.Problem)} problems, "
            + $"{Count(FindingState.NotChecked)} not checked.");
    }

    private void WriteState(FindingState state)
    {
        var (word, colour) = state switch
        {
            FindingState.Ok => ("ok", Color.Green),
            FindingState.Warning => ("warning", Color.Yellow),
            FindingState.Problem => ("PROBLEM", Color.Red),
            FindingState.NotChecked => ("not checked", Color.Grey),
        };
        if (context.IsTerminal)
        {
            AnsiConsole.Write(new Text($"{word,-Indent}", colour));
        }
        else
        {
            context.Output.Write($"{word,-Indent}");
        }
    }
}
