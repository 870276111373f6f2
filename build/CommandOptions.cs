using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace Payments.Build;

/// <summary>A command line that makes no sense; the message is one sentence that names what would be right.</summary>
internal sealed class MisuseException(string sentence) : Exception(sentence);

/// <summary>Options as all commands have them.</summary>
internal static class CommandOptions
{
    public static Option<string> Text(string name) => Last(name, result => result.Tokens[^1].Value);

    public static Option<int> Port(string name, int usual)
    {
        var option = Last(name, result =>
        {
            var value = result.Tokens[^1].Value;
            if (!int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var port) || port is < 1 or > 65535)
            {
                result.AddError($"The option {name} needs a port from 1 to 65535, not {value}");
            }

            return port;
        });
        option.DefaultValueFactory = _ => usual;
        return option;
    }

    /// <summary>Reads the arguments of a command.</summary>
    /// <exception cref="MisuseException">The first thing that was not understood: the framework's own sentence would not say what is right.</exception>
    public static ParseResult Parse(string name, string[] args, params Symbol[] symbols)
    {
        var command = new System.CommandLine.Command(name);
        foreach (var symbol in symbols)
        {
            if (symbol is Option option)
            {
                command.Add(option);
            }
            else
            {
                command.Add((Argument)symbol);
            }
        }

        // Two dashes mean a name, never a bundle of one-letter options; an @ is part of a value, not a file to read.
        var parsed = command.Parse(args, new() { EnablePosixBundling = false, ResponseFileTokenReplacer = null });
        if (parsed.UnmatchedTokens is [var unknown, ..])
        {
            throw new MisuseException($"The {(unknown.StartsWith('-') ? "option" : "command")} {unknown.Split('=')[0]} is not known");
        }

        foreach (var error in parsed.Errors)
        {
            throw new MisuseException(error.SymbolResult is OptionResult { Tokens.Count: 0 } option ? $"The option {option.Option.Name} needs a value" : error.Message);
        }

        return parsed;
    }

    /// <summary>An option that may be given again: what was said last counts, as somebody who takes a line from the history and adds to it means it.</summary>
    private static Option<T> Last<T>(string name, Func<ArgumentResult, T> read) => new(name) { Arity = ArgumentArity.OneOrMore, CustomParser = read };
}
