using System.CommandLine;
using System.CommandLine.Parsing;

namespace Payments.Api.Hosting;

/// <summary>What is wrong with a command line, in one sentence that names what would be right: the framework's own would not.</summary>
internal static class Misuse
{
    /// <summary>The first thing that was not understood; null when everything was.</summary>
    /// <param name="args">As they were typed: the parser takes --json=yes apart.</param>
    public static string? Sentence(ParseResult parsed, IReadOnlyList<string> args)
    {
        var command = parsed.CommandResult.Command;
        var unknown = parsed.UnmatchedTokens is [var first, ..] ? args.FirstOrDefault(arg => arg.EndsWith("=" + first, StringComparison.Ordinal)) ?? first : null;
        if (command.Subcommands.Count > 0)
        {
            var names = command.Subcommands.Select(c => c.Name).ToList();
            var all = string.Join(", ", names.SkipLast(1)) + " and " + names[^1];
            return unknown is null ? $"{command.Name} needs one of {all}" : $"{command.Name} has no {unknown}, only {all}";
        }

        if (unknown is not null)
        {
            return command.Options.Count + command.Arguments.Count == 0 ? $"{command.Name} takes no {unknown}" : $"{unknown} is not understood";
        }

        return parsed.Errors.Select(error => error.SymbolResult switch
        {
            OptionResult { Tokens.Count: 0, Option.Required: true, Implicit: true } option => $"{Path(parsed)} needs {option.Option.Name}",
            OptionResult { Tokens.Count: 0 } option => $"The option {option.Option.Name} needs a value",
            OptionResult { Tokens.Count: > 1, Option.Arity.MaximumNumberOfValues: 1 } option => $"The option {option.Option.Name} is given twice",
            ArgumentResult { Tokens.Count: 0 } argument => $"{Path(parsed)} needs a {argument.Argument.Name}",
            _ => error.Message,
        }).FirstOrDefault();
    }

    /// <summary>As it is typed: <c>keys rotate</c>.</summary>
    private static string Path(ParseResult parsed) =>
        parsed.CommandResult.Parent is CommandResult outer ? $"{outer.Command.Name} {parsed.CommandResult.Command.Name}" : parsed.CommandResult.Command.Name;
}
