namespace Payments.Application.Diagnostics.Checks;

/// <summary>The configuration, complete and consistent for its environment.</summary>
internal sealed class ConfigurationCheck : IDiagnosticCheck
{
    private const string What = "The configuration is complete and fits its environment";

    /// <summary>What no call to Safaricom can do without; the initiator and its certificate have checks of their own.</summary>
    private static readonly string[] Calling =
    [
        "Daraja__Environment", "Daraja__BaseUrl", "Daraja__Consumer", "Daraja__Shortcode", "Daraja__Passkey", "Daraja__Payouts__Consumer",
        "Daraja__Payouts__Shortcode", "Daraja__Timeouts", "Daraja__Breaker",
    ];

    public string Name => "configuration";

    public string Subject => "The configuration";

    public bool IsPartOf(DiagnosticRun run) => true;

    public Task Run(DiagnosticRun run, CancellationToken cancellation)
    {
        var facts = run.Facts;
        foreach (var problem in facts.Problems)
        {
            run.Fail("configuration", What, $"{problem.Key} {problem.Wrong}.", $"It should be {problem.Right}.");
        }

        if (facts.Problems.Count == 0)
        {
            run.Ok("configuration", What, $"Everything {facts.Environment} needs is set.");
        }

        if (facts is { IsProduction: true, HasSpool: false })
        {
            run.Warn("configuration.spool", "Callbacks survive an outage of the database", "Spool__Path is not set: while the database is away callbacks "
                + "are answered 503, and Safaricom does not repeat them.", "Set Spool__Path to a folder on local disk that outlives the process.");
        }

        run.NoDatabase = facts.Broken("ConnectionStrings") is null ? null : "the connection string is wrong";
        run.NoDaraja = facts.Broken(Calling) is { } broken ? $"{broken.Key} {broken.Wrong}" : null;
        run.NoWayIn = facts.Broken("Callbacks__Secrets") is { } secret ? $"{secret.Key} {secret.Wrong}" : null;
        return Task.CompletedTask;
    }
}
