using MediatR;
using Payments.Application.C2b;
using Payments.Application.Reconciliation;

namespace Payments.Application.Diagnostics;

/// <summary>Looks at everything between Safaricom and the database, in the order a person would.</summary>
public sealed record RunDoctor : IRequest<DoctorReport>
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

/// <summary>
/// The order is that of a person: what can be read, then the database, the way in, Safaricom's side, and what lately happened. What is
/// broken stops only what depends on it; that is then <see cref="FindingState.NotChecked"/> with the reason. A check that fails in a way
/// nobody thought of says so and the rest goes on.
/// </summary>
public sealed class RunDoctorHandler(
    DeploymentFacts facts, DoctorLimits limits, IDatabaseInspector database, IPublicEndpointClient door, IProbes probes, IDarajaInspector daraja, IDiagnosticsStore records, IC2bPayments paybill,
    IPullProgress pull, IStatusQueries questions, TimeProvider clock)
    : IRequestHandler<RunDoctor, DoctorReport>
{
    /// <inheritdoc/>
    public async Task<DoctorReport> Handle(RunDoctor request, CancellationToken cancellationToken)
    {
        var given = request.Url ?? facts.PublicBaseUrl();

        // As everything else writes it, so that it can be compared with what was registered.
        var address = (Uri.TryCreate(given, UriKind.Absolute, out var uri) ? uri.AbsoluteUri : given)?.TrimEnd('/');
        var round = new DiagnosticRun(facts, limits, clock, request.Progress) { Address = address, LeavesInitiator = request.LeavesInitiator };
        ConfigurationChecks.Run(round);
        await round.Try("database", "The database", () => DatabaseChecks.Run(round, database, cancellationToken), cancellationToken);
        await round.Try("address", "The public address", () => AddressChecks.Run(round, door, daraja, request.Url is not null, cancellationToken), cancellationToken);
        if (request.Sample is { } sample)
        {
            await round.Try("sample", "The samples", () => SampleChecks.Run(round, door, probes, sample, cancellationToken), cancellationToken);
            return round.Report();
        }

        await round.Try("probe", "The way in", () => ProbeChecks.Run(round, door, probes, cancellationToken), cancellationToken);
        await round.Try("daraja", "Safaricom's side", () => DarajaChecks.Run(round, daraja, records, cancellationToken), cancellationToken);
        await round.Try("daraja.initiator", "The initiator", () => InitiatorChecks.Run(round, daraja, records, questions, cancellationToken), cancellationToken);
        await round.Try("c2b.registration", "Payments by hand", () => RegistrationChecks.Run(round, paybill, cancellationToken), cancellationToken);
        await round.Try("c2b.pull", "Pull", () => PullChecks.Run(round, pull, cancellationToken), cancellationToken);
        await round.Try("callbacks.networks", "Where confirmations come from", () => NetworkChecks.Run(round, records, cancellationToken), cancellationToken);
        await round.Try("callbacks.paths", "Where callbacks come to", () => PathChecks.Run(round, records, cancellationToken), cancellationToken);
        await round.Try("traffic", "The last hour", () => TrafficChecks.Run(round, records, cancellationToken), cancellationToken);
        return round.Report();
    }
}

/// <summary>One run of the doctor: what was found so far, and what the later checks depend on.</summary>
internal sealed class DiagnosticRun(DeploymentFacts facts, DoctorLimits limits, TimeProvider clock, Action<Finding>? progress)
{
    private readonly List<Finding> findings = [];

    public DeploymentFacts Facts => facts;

    public DoctorLimits Limits => limits;

    public TimeProvider Clock => clock;

    /// <summary>The public address that is looked at, without a slash at its end.</summary>
    public string? Address { get; init; }

    public bool LeavesInitiator { get; init; }

    /// <summary>Why the database cannot be used; null when it can.</summary>
    public string? NoDatabase { get; set; }

    /// <summary>Why nothing can be sent to the public address; null when it can.</summary>
    public string? NoWayIn { get; set; }

    /// <summary>True once a probe of this run was found stored.</summary>
    public bool CallbacksArrive { get; set; }

    /// <summary>Why Safaricom is not asked; null when it is.</summary>
    public string? NoDaraja { get; set; }

    /// <summary>True when a certificate of the other environment would spoil the initiator's password.</summary>
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

    /// <summary>Runs a part; what it throws is told and stops nothing else.</summary>
    public async Task Try(string check, string what, Func<Task> part, CancellationToken cancellation)
    {
        try
        {
            await part();
        }
        catch (Exception failure) when (!cancellation.IsCancellationRequested)
        {
            Skip(check, what, $"the check itself failed: {failure.GetType().Name}, {failure.Message}");
        }
    }

    public DoctorReport Report() => new(
        findings.TrueForAll(f => f.State != FindingState.Problem), facts.Environment, Address, clock.GetUtcNow(), findings, DoctorReport.Hand);
}
