using System.CommandLine;
using System.Globalization;
using MediatR;
using Payments.Api.Hosting;
using Payments.Application.Restores;

namespace Payments.Api.Restores;

/// <summary>
/// <c>restore prepare|status|release</c>: what a restored database needs before, and after, the service starts on it (docs/operations.md).
/// Whoever can run this can write to the database anyway, so it asks for no key; the audit log says that it ran.
/// </summary>
internal static class RestoreCommand
{
    private const string Usage =
        """
        restore prepare [--database NAME]    after restoring a backup, before anything starts on it: moves the events feed on, doubts what
                                             may have been sent since, and holds refunds and payouts to businesses back
        restore status  [--database NAME]    how the last restore stands, and what waits for its end
        restore release [--database NAME]    once the books were compared with the M-PESA statement: what waits goes out

        --database names another database of the configured server, such as one that was restored beside the old one.
        """;

    /// <summary>The command. Each part answers 1 when there is nothing to do it to.</summary>
    public static Command Create(CommandContext context)
    {
        var database = new Option<string>("--database") { Recursive = true };
        return new("restore", Usage) { database, Part("prepare", Prepare), Part("status", Status), Part("release", Release) };

        Command Part(string name, Func<IMediator, CommandContext, Task<int>> run)
        {
            var part = new Command(name);
            part.SetAction(async (parsed, _) =>
            {
                await using var provider = await CommandServices.Open(context.Configuration, parsed.GetValue(database));
                return await run(provider.GetRequiredService<IMediator>(), context);
            });
            return part;
        }
    }

    private static async Task<int> Prepare(IMediator mediator, CommandContext context)
    {
        // Only B2C v3 takes a name once; it is the one setting of Daraja's that this needs.
        var isNamed = WebApplication.CreateBuilder([.. context.Configuration]).Configuration["Daraja:B2cVersion"] is not "v1";
        var done = await mediator.Send(new PrepareRestore(CommandServices.Caller(), isNamed));
        await context.Output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture,
            $"""
            The events feed goes on after place {done.Restore.FeedPlace}: no event gets a number that was given before.
            {done.Doubted} queued {(isNamed ? "payouts to businesses or reversals" : "payouts or refunds")} may have been sent since the backup: in doubt, not sent again.
            {(isNamed ? "Payouts to phones go out: each has a name that Safaricom takes once." : "Payouts to phones wait as well: B2C v1 takes no name.")}
            Until "restore release", refunds and payouts {(isNamed ? "to businesses " : "")}wait, each with a case: compare them with the M-PESA statement first.
            """));
        return 0;
    }

    private static async Task<int> Status(IMediator mediator, CommandContext context)
    {
        var status = await mediator.Send(new GetRestore());
        await context.Output.WriteLineAsync(status.Restore is not { } restore ? "Nothing was restored."
            : string.Create(CultureInfo.InvariantCulture, $"Restored {restore.PreparedAt:u}, ")
                + (restore.ReleasedAt is { } at ? string.Create(CultureInfo.InvariantCulture, $"released {at:u}.") : "not released.")
                + string.Create(CultureInfo.InvariantCulture, $" {status.Held} payouts or refunds wait for its end."));
        return status.Restore is null ? 1 : 0;
    }

    private static async Task<int> Release(IMediator mediator, CommandContext context)
    {
        var held = await mediator.Send(new EndRestore(CommandServices.Caller()));
        await context.Output.WriteLineAsync(held is null ? "No restore is under way."
            : string.Create(CultureInfo.InvariantCulture, $"Over. {held.Count} payouts or refunds go out within minutes."));
        return held is null ? 1 : 0;
    }
}
