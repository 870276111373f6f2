using System.CommandLine;
using MediatR;
using Payments.Api.Hosting;
using Payments.Application.Common;
using Payments.Application.Privacy;

namespace Payments.Api.Privacy;

/// <summary>
/// <c>privacy show|erase --phone N</c>: answers a person who asks what is kept of him, or wants it erased (docs/privacy.md). Whoever can run
/// this can read the database anyway, so it asks for no key; the audit log says that it ran, with the number masked.
/// </summary>
internal static class PrivacyCommand
{
    private const string Usage =
        """
        privacy show  --phone 0708374149    prints, as JSON, everything that is kept of this number
        privacy erase --phone 0708374149    erases it now, except where money is still undecided
        """;

    /// <summary>The command.</summary>
    public static Command Create(CommandContext context)
    {
        var phone = new Option<string>("--phone") { Required = true, Recursive = true };
        var show = new Command("show");
        show.SetAction((parsed, _) => Run(context, caller => new ShowSubject(caller, parsed.GetRequiredValue(phone))));
        var erase = new Command("erase");
        erase.SetAction((parsed, _) => Run(context, caller => new EraseSubject(caller, parsed.GetRequiredValue(phone))));
        return new("privacy", Usage) { phone, show, erase };
    }

    /// <summary>3 when something had to stay.</summary>
    private static async Task<int> Run(CommandContext context, Func<Caller, IRequest<Result<SubjectView>>> ask)
    {
        var output = context.Output;
        await using var provider = await CommandServices.Open(context.Configuration);
        var answer = await provider.GetRequiredService<IMediator>().Send(ask(CommandServices.Caller()));
        if (answer.Value is not { } found)
        {
            await output.WriteLineAsync(answer.Refusal!.Detail);
            return 2;
        }

        if (found.Data is { } data)
        {
            await output.WriteLineAsync(data);
            return 0;
        }

        await output.WriteLineAsync($"{found.Erased} of {found.Rows} rows of {found.Phone} were erased.");
        if (found.Erased == found.Rows)
        {
            return 0;
        }

        await output.WriteLineAsync("The rest is undecided (a payment under way, money to give back, an open case): run this again when it is.");
        return 3;
    }
}
