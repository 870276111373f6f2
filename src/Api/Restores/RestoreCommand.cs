using System.Globalization;
using MediatR;
using Payments.Api.Access;
using Payments.Application.Restores;

namespace Payments.Api.Restores;

/// <summary>
/// <c>restore prepare|status|release</c>: what a restored database needs before, and after, the service starts on it (docs/operations.md).
/// Whoever can run this can write to the database anyway, so it asks for no key; the audit log says that it ran.
/// </summary>
internal static class RestoreCommand
{
    public const string Usage =
        """
        restore prepare [--database NAME]    after restoring a backup, before anything starts on it: moves the events feed on, doubts what
                                             may have been sent since, and holds refunds and payouts to businesses back
        restore status  [--database NAME]    how the last restore stands, and what waits for its end
        restore release [--database NAME]    once the books were compared with the M-PESA statement: what waits goes out

        --database names another database of the configured server, such as one that was restored beside the old one.
        """;

    /// <summary>Runs one command; answers the exit code: 1 when there is nothing to do it to.</summary>
    public static async Task<int> Run(string[] args, TextWriter output)
    {
        if (KeysCommand.Options(args.Skip(2)) is not { } options || options.Keys.Any(name => name != "database"))
        {
            await output.WriteLineAsync(Usage);
            return 2;
        }

        await using var provider = await KeysCommand.Open(args, options.GetValueOrDefault("database"));
        var mediator = provider.GetRequiredService<IMediator>();
        switch (args[1])
        {
            case "prepare":
                // Only B2C v3 takes a name once; it is the one setting of Daraja's that this needs.
                var isNamed = WebApplication.CreateBuilder([.. args.Where(a => a.Contains(':', StringComparison.Ordinal))]).Configuration["Daraja:B2cVersion"] is not "v1";
                var done = await mediator.Send(new PrepareRestore(KeysCommand.Caller(), isNamed));
                await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture,
                    $"""
                    The events feed goes on after place {done.Restore.FeedPlace}: no event gets a number that was given before.
                    {done.Doubted} queued {(isNamed ? "payouts to businesses or reversals" : "payouts or refunds")} may have been sent since the backup: in doubt, not sent again.
                    {(isNamed ? "Payouts to phones go out: each has a name that Safaricom takes once." : "Payouts to phones wait as well: B2C v1 takes no name.")}
                    Until "restore release", refunds and payouts {(isNamed ? "to businesses " : "")}wait, each with a case: compare them with the M-PESA statement first.
                    """));
                return 0;

            case "status":
                var status = await mediator.Send(new GetRestore());
                await output.WriteLineAsync(status.Restore is not { } restore ? "Nothing was restored."
                    : string.Create(CultureInfo.InvariantCulture, $"Restored {restore.PreparedAt:u}, ")
                        + (restore.ReleasedAt is { } at ? string.Create(CultureInfo.InvariantCulture, $"released {at:u}.") : "not released.")
                        + string.Create(CultureInfo.InvariantCulture, $" {status.Held} payouts or refunds wait for its end."));
                return status.Restore is null ? 1 : 0;

            default:
                var held = await mediator.Send(new EndRestore(KeysCommand.Caller()));
                await output.WriteLineAsync(held is null ? "No restore is under way."
                    : string.Create(CultureInfo.InvariantCulture, $"Over. {held.Count} payouts or refunds go out within minutes."));
                return held is null ? 1 : 0;
        }
    }
}
