using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using FluentValidation;
using MediatR;
using Payments.Api.Hosting;
using Payments.Application.Access;
using Payments.Application.Common;
using Payments.Domain.Common;

namespace Payments.Api.Access;

/// <summary>
/// <c>keys create|list|revoke|rotate</c>: API keys from the command line, with the configuration the service itself has. Whoever can run
/// this can read the database anyway, so it asks for no key.
/// </summary>
internal static class KeysCommand
{
    private const string Usage =
        """
        keys create --client NAME --scopes checkouts,payouts,ops [--expires 2027-01-31] [--payout-limit KES] [--daily-payout-limit KES]
        keys list   [--client NAME]
        keys revoke KEY_ID
        keys rotate KEY_ID [--overlap-minutes 1440]
        """;

    /// <summary>The command.</summary>
    public static Command Create(CommandContext context) => new("keys", Usage) { New(context), List(context), Revoke(context), Rotate(context) };

    private static Command New(CommandContext context)
    {
        var (client, scopes) = (new Option<string>("--client"), new Option<string>("--scopes"));
        var expires = new Option<DateTimeOffset?>("--expires") { CustomParser = Date };
        var each = new Option<decimal?>("--payout-limit") { CustomParser = Amount };
        var daily = new Option<decimal?>("--daily-payout-limit") { CustomParser = Amount };
        return Part(new("create") { client, scopes, expires, each, daily }, context, async (parsed, mediator) => await Print(
            await mediator.Send(new CreateKey(
                CommandServices.Caller(), parsed.GetValue(client), parsed.GetValue(scopes)?.Split(',', StringSplitOptions.TrimEntries),
                parsed.GetValue(expires), parsed.GetValue(each), parsed.GetValue(daily))),
            context.Output));
    }

    private static Command List(CommandContext context)
    {
        var client = new Option<string>("--client");
        return Part(new("list") { client }, context, async (parsed, mediator) =>
        {
            await KeysText.WriteList(context, await mediator.Send(new ListKeys(parsed.GetValue(client))));
            return 0;
        });
    }

    private static Command Revoke(CommandContext context)
    {
        var key = KeyArgument();
        return Part(new("revoke") { key }, context, async (parsed, mediator) =>
            await Print(await mediator.Send(new RevokeKey(CommandServices.Caller(), Id(parsed, key))), context.Output));
    }

    private static Command Rotate(CommandContext context)
    {
        var (key, overlap) = (KeyArgument(), new Option<int>("--overlap-minutes") { CustomParser = Minutes, DefaultValueFactory = _ => 1440 });
        return Part(new("rotate") { key, overlap }, context, async (parsed, mediator) => await Print(
            await mediator.Send(new RotateKey(CommandServices.Caller(), Id(parsed, key), TimeSpan.FromMinutes(parsed.GetValue(overlap)))), context.Output));
    }

    private static Command Part(Command part, CommandContext context, Func<ParseResult, IMediator, Task<int>> run)
    {
        part.SetAction(async (parsed, _) =>
        {
            await using var provider = await CommandServices.Open(context.Configuration);
            try
            {
                return await run(parsed, provider.GetRequiredService<IMediator>());
            }
            catch (ValidationException invalid)
            {
                foreach (var error in invalid.Errors)
                {
                    await context.Output.WriteLineAsync($"{error.PropertyName}: {error.ErrorMessage}");
                }

                return CommandLine.MisusedCode;
            }
        });
        return part;
    }

    private static async Task<int> Print(Result<KeyView> answer, TextWriter output)
    {
        if (answer.Value is not { } key)
        {
            await output.WriteLineAsync(answer.Refusal!.Detail);
            return 1;
        }

        await output.WriteLineAsync(KeysText.Line(key));
        if (key.Key is { } text)
        {
            await output.WriteLineAsync($"The key, shown this once: {text}");
        }

        return 0;
    }

    private static Argument<string> KeyArgument()
    {
        var key = new Argument<string>("KEY_ID");
        key.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && !KeyId.TryParse(token.Value, out _))
            {
                result.AddError($"{token.Value} is no key's id, as keys list shows them");
            }
        });
        return key;
    }

    private static KeyId Id(ParseResult parsed, Argument<string> key) =>
        KeyId.TryParse(parsed.GetValue(key), out var id) ? id : throw new InvalidOperationException("The parser takes no other.");

    private static DateTimeOffset? Date(ArgumentResult result)
    {
        if (DateTimeOffset.TryParse(result.Tokens[0].Value, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var date))
        {
            return date.ToUniversalTime();
        }

        return Refuse(result, "a date such as 2027-01-31") as DateTimeOffset?;
    }

    private static decimal? Amount(ArgumentResult result) =>
        decimal.TryParse(result.Tokens[0].Value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var amount)
            ? amount : Refuse(result, "an amount in KES such as 5000") as decimal?;

    private static int Minutes(ArgumentResult result) =>
        int.TryParse(result.Tokens[0].Value, NumberStyles.None, CultureInfo.InvariantCulture, out var minutes)
            ? minutes : Refuse(result, "whole minutes such as 1440") as int? ?? 0;

    private static object? Refuse(ArgumentResult result, string right)
    {
        result.AddError($"The option {((OptionResult)result.Parent!).Option.Name} needs {right}, not {result.Tokens[0].Value}");
        return null;
    }
}
