namespace Payments.Application.Diagnostics;

/// <summary>One thing the doctor looks at. It adds its findings to the run, in the order a person would look.</summary>
public interface IDiagnosticCheck
{
    /// <summary>The name of the finding that says that the check itself failed; programs may know it.</summary>
    string Name { get; }

    /// <summary>What it looks at, for people.</summary>
    string Subject { get; }

    /// <summary>Whether this run looks at it: not where only samples are sent, but for what those depend on.</summary>
    bool IsPartOf(DiagnosticRun run) => run.Sample is null;

    /// <summary>Looks. What is broken stops only what depends on it, by what the run says of it; that is then <see cref="FindingState.NotChecked"/> with the reason.</summary>
    Task Run(DiagnosticRun run, CancellationToken cancellation);
}
