using MediatR;

namespace Payments.Application.Diagnostics;

/// <summary>Looks at everything between Safaricom and the database, in the order a person would.</summary>
public sealed record RunDoctor : IRequest<DiagnosticReport>
{
    /// <summary>Another public address than the configured one; null for that one.</summary>
    public string? Url { get; init; }

    /// <summary>True to leave the initiator's credentials alone.</summary>
    public bool LeavesInitiator { get; init; }

    /// <summary>The section of the samples (<c>stk</c>, <c>c2b</c>, …, <c>all</c>) to send in place of looking; null to look.</summary>
    public string? Sample { get; init; }

    /// <summary>Told each finding as it is made.</summary>
    public Action<Finding>? Progress { get; init; }
}

/// <summary>Runs the checks one after the other and reports what they found.</summary>
public sealed class RunDoctorHandler(DeploymentFacts facts, DoctorLimits limits, IEnumerable<IDiagnosticCheck> checks, TimeProvider clock)
    : IRequestHandler<RunDoctor, DiagnosticReport>
{
    public async Task<DiagnosticReport> Handle(RunDoctor request, CancellationToken cancellationToken)
    {
        var given = request.Url ?? facts.PublicBaseUrl();
        var run = new DiagnosticRun(facts, limits, clock, request.Progress)
        {
            // As everything else writes it, so that it can be compared with what was registered.
            Address = (Uri.TryCreate(given, UriKind.Absolute, out var uri) ? uri.AbsoluteUri : given)?.TrimEnd('/'),
            IsAddressGiven = request.Url is not null,
            LeavesInitiator = request.LeavesInitiator,
            Sample = request.Sample,
        };
        foreach (var check in checks.Where(check => check.IsPartOf(run)))
        {
            await run.Try(check, cancellationToken);
        }

        return run.Report();
    }
}
