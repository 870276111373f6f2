using MediatR;
using Payments.Api.Access;
using Payments.Application.Privacy;

namespace Payments.Api.Privacy;

/// <summary>
/// <c>privacy show|erase --phone N</c>: answers a person who asks what is kept of him, or wants it erased (docs/privacy.md). Whoever can run
/// this can read the database anyway, so it asks for no key; the audit log says that it ran, with the number masked.
/// </summary>
internal static class PrivacyCommand
{
    public const string Usage =
        """
        privacy show  --phone 0708374149    prints, as JSON, everything that is kept of this number
        privacy erase --phone 0708374149    erases it now, except where money is still undecided
        """;

    /// <summary>Runs one command; answers the exit code: 3 when something had to stay.</summary>
    public static async Task<int> Run(string[] args, TextWriter output)
    {
        if (KeysCommand.Options(args.Skip(2))?.GetValueOrDefault("phone") is not { } phone)
        {
            await output.WriteLineAsync(Usage);
            return 2;
        }

        await using var provider = await KeysCommand.Open(args);
        var mediator = provider.GetRequiredService<IMediator>();
        var answer = args[1] == "show"
            ? await mediator.Send(new ShowSubject(KeysCommand.Caller(), phone))
            : await mediator.Send(new EraseSubject(KeysCommand.Caller(), phone));
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
