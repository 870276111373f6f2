using System.CommandLine;
using Payments.Api.Access;
using Payments.Api.Diagnostics;
using Payments.Api.Health;
using Payments.Api.Privacy;
using Payments.Api.Restores;

namespace Payments.Api.Hosting;

/// <summary>What this program can be asked to do: one word, or nothing for the service itself.</summary>
public static class CommandLine
{
    /// <summary>Exit code of a command line that makes no sense.</summary>
    internal const int MisusedCode = 2;

    private const string Help =
        """
        dotnet run --project src/Api                       the service: takes calls and callbacks, and does what follows from them
        dotnet run --project src/Api -- doctor             finds out why callbacks do not arrive, and says it in one sentence
        dotnet run --project src/Api -- keys               makes, lists, ends and replaces API keys
        dotnet run --project src/Api -- privacy            shows or erases what is kept of one phone number
        dotnet run --project src/Api -- restore            prepares a database that was restored from a backup, before the service starts on it
        dotnet run --project src/Api -- hash-password      turns an operator's password into what Ops__Users__0__PasswordHash wants
        dotnet run --project src/Api -- health             asks the service on this machine whether it is ready, for container engines
        dotnet run --project src/Api -- configuration      every configuration key there is, as docs/configuration.md
        dotnet run --project src/Api -- --help             this text; after a command, that command's

        Every command has the service's own configuration: environment variables (Section__Key), or arguments (--Section:Key=value).
        """;

    private const string PasswordHelp =
        """
        hash-password

        Reads one line from standard input, unseen where somebody types it, and prints its hash for Ops__Users__0__PasswordHash.
        At least 8 characters.
        """;

    /// <summary>Two dashes mean a name, never a bundle of one-letter options; an @ is part of a value, not a file to read.</summary>
    private static readonly ParserConfiguration Parsing = new() { EnablePosixBundling = false, ResponseFileTokenReplacer = null };

    /// <summary>The commands. Their description is the help of each.</summary>
    private static List<Command> Commands(CommandContext context)
    {
        var password = new Command("hash-password", PasswordHelp);
        password.SetAction((_, _) => Passwords.Run());
        return
        [
            DoctorCommand.Create(context), KeysCommand.Create(context), PrivacyCommand.Create(context), RestoreCommand.Create(context), password,
            HealthCommand.Create(context), ConfigurationCommand.Create(context),
        ];
    }

    /// <summary>Does it; answers the exit code: 0 done, 1 could not, 2 not understood. The doctor has more.</summary>
    public static async Task<int> Run(string[] args, TextWriter output, TextWriter errors)
    {
        try
        {
            var (configuration, own) = CommandContext.Split(args.Skip(1));
            var commands = Commands(new(configuration, output)).ToDictionary(command => command.Name, StringComparer.Ordinal);
            if (args is ["--help" or "-h" or "help", ..])
            {
                await output.WriteLineAsync(args is [_, var about] && commands.TryGetValue(about, out var told) ? told.Description : Help);
                return 0;
            }

            if (args is [var name, ..] && commands.TryGetValue(name, out var command))
            {
                return await Run(command, own, output, errors);
            }

            // Configuration begins with a dash, or is a key with its value.
            if (args is [var first, ..] && !first.StartsWith('-') && !first.Contains('=', StringComparison.Ordinal))
            {
                return await Misused(errors, $"The command {first} is not known");
            }

            await ApiHost.Build(args).RunAsync();
            return Environment.ExitCode;
        }
        catch (Exception wrong) when (wrong is ConfigurationException or Infrastructure.Database.DatabaseRefusedException)
        {
            await errors.WriteLineAsync(wrong.Message);
            return 1;
        }
    }

    private static async Task<int> Run(Command command, IReadOnlyList<string> args, TextWriter output, TextWriter errors)
    {
        if (args.Any(arg => arg is "--help" or "-h"))
        {
            await output.WriteLineAsync(command.Description);
            return 0;
        }

        var parsed = command.Parse(args, Parsing);
        return Misuse.Sentence(parsed, args) is { } wrong
            ? await Misused(errors, wrong)
            : await parsed.InvokeAsync(new() { Output = output, Error = errors, EnableDefaultExceptionHandler = false });
    }

    /// <summary>One sentence and the way to all others.</summary>
    private static async Task<int> Misused(TextWriter errors, string sentence)
    {
        await errors.WriteLineAsync($"{sentence}; all there is: dotnet run --project src/Api -- --help");
        return MisusedCode;
    }
}
