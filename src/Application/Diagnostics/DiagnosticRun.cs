namespace Payments.Application.Diagnostics;

/// <summary>One run of the doctor: what was found so far, and what the later checks depend on.</summary>
public sealed class DiagnosticRun(DeploymentFacts facts, DoctorLimits limits, TimeProvider clock, Action<Finding>? progress)
{
    private readonly List<Finding> findings = [];

    public DeploymentFacts Facts => facts;

    public DoctorLimits Limits => limits;

    public TimeProvider Clock => clock;

    /// <summary>The public address that is looked at, without a slash at its end.</summary>
    public string? Address { get; init; }

    /// <summary>True when somebody asks about an address that is not the configured one.</summary>
    public bool IsAddressGiven { get; init; }

    /// <summary>True to leave the initiator's credentials alone.</summary>
    public bool LeavesInitiator { get; init; }

    /// <summary>The section of the samples to send in place of looking; null to look.</summary>
    public string? Sample { get; init; }

    /// <summary>Why the database cannot be used; null when it can.</summary>
    public string? NoDatabase { get; set; }

    /// <summary>Why nothing can be sent to the public address; null when it can.</summary>
    public string? NoWayIn { get; set; }

    /// <summary>True once a probe of this run was found stored.</summary>
    public bool CallbacksArrive { get; set; }

    /// <summary>Why Safaricom is not asked; null when it is.</summary>
    public string? NoDaraja { get; set; }

    /// <summary>The apps (by token key) whose initiator's password a certificate would spoil, of the other environment or unreadable.</summary>
    public HashSet<string> SpoiltCredentials { get; } = new(StringComparer.Ordinal);

    public void Ok(string check, string what, string seen) => Add(new(check, FindingState.Ok, what, seen));

    public void Warn(string check, string what, string seen, string todo) => Add(new(check, FindingState.Warning, what, seen, todo));

    public void Fail(string check, string what, string seen, string todo) => Add(new(check, FindingState.Problem, what, seen, todo));

    public void Skip(string check, string what, string why) => Add(new(check, FindingState.NotChecked, what, why));

    public void Add(Finding finding)
    {
        findings.Add(finding);
        progress?.Invoke(finding);
    }

    /// <summary>Runs one check; what it throws is told and stops nothing else.</summary>
    public async Task Try(IDiagnosticCheck check, CancellationToken cancellation)
    {
        try
        {
            await check.Run(this, cancellation);
        }
        catch (Exception failure) when (!cancellation.IsCancellationRequested)
        {
            Skip(check.Name, check.Subject, $"the check itself failed: {failure.GetType().Name}, {failure.Message}");
        }
    }

    public DiagnosticReport Report() => new(
        findings.TrueForAll(f => f.State != FindingState.Problem), facts.Environment, Address, clock.GetUtcNow(), findings, DiagnosticReport.Hand);
}
