namespace Payments.Application;

/// <summary>The configuration, complete and consistent for its environment.</summary>
internal static class ConfigurationChecks
{
    private const string What = "The configuration is complete and fits its environment";

    public static void Run(Round round)
    {
        var facts = round.Facts;
        foreach (var problem in facts.Problems)
        {
            round.Bad("configuration", What, $"{problem.Key} {problem.Wrong}.", $"It should be {problem.Right}.");
        }

        if (facts.Problems.Count == 0)
        {
            round.Ok("configuration", What, $"Everything {facts.Environment} needs is set.");
        }

        if (facts is { IsProduction: true, HasSpool: false })
        {
            round.Warn("configuration.spool", "Callbacks survive an outage of the database", "Spool__Path is not set: while the database is away callbacks "
                + "are answered 503, and Safaricom does not repeat them.", "Set Spool__Path to a folder on local disk that outlives the process.");
        }

        round.NoDatabase = facts.Broken("ConnectionStrings") is null ? null : "the connection string is wrong";
        round.NoDaraja = facts.Broken("Daraja") is { } broken ? $"{broken.Key} {broken.Wrong}" : null;
        round.NoWayIn = facts.Broken("Callbacks__Secrets") is { } secret ? $"{secret.Key} {secret.Wrong}" : null;
    }
}
