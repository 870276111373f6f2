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
    internal const int Misused = 2;

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

    /// <summary>The commands, each with its help.</summary>
    private static readonly Dictionary<string, (string Help, Func<string[], TextWriter, TextWriter, Task<int>> Run)> Commands = new(StringComparer.Ordinal)
    {
        ["doctor"] = (DoctorCommand.Help, DoctorCommand.Run),
        ["keys"] = (KeysCommand.Usage, (args, output, errors) => args is [_, "create" or "list" or "revoke" or "rotate", ..]
            ? KeysCommand.Run(args, output)
            : Misuse(errors, args.Length < 2 ? "keys needs one of create, list, revoke and rotate" : $"keys has no {args[1]}, only create, list, revoke and rotate")),
        ["privacy"] = (PrivacyCommand.Usage, (args, output, errors) => args is [_, "show" or "erase", ..]
            ? PrivacyCommand.Run(args, output)
            : Misuse(errors, args.Length < 2 ? "privacy needs one of show and erase" : $"privacy has no {args[1]}, only show and erase")),
        ["restore"] = (RestoreCommand.Usage, (args, output, errors) => args is [_, "prepare" or "status" or "release", ..]
            ? RestoreCommand.Run(args, output)
            : Misuse(errors, args.Length < 2 ? "restore needs one of prepare, status and release" : $"restore has no {args[1]}, only prepare, status and release")),
        ["hash-password"] = (PasswordHelp, (args, _, errors) => args.Length == 1 ? Passwords.Run() : Misuse(errors, $"hash-password takes no {args[1]}")),
        ["health"] = (HealthCommand.Help, (args, output, errors) =>
            args.Length == 1 ? HealthCommand.Run(output) : Misuse(errors, $"health takes no {args[1]}")),
        ["configuration"] = (ConfigurationCommand.Help, ConfigurationCommand.Run),
    };

    /// <summary>Does it; answers the exit code: 0 done, 1 could not, 2 not understood. The doctor has more.</summary>
    public static async Task<int> Run(string[] args, TextWriter output, TextWriter errors)
    {
        try
        {
            if (args is ["--help" or "-h" or "help", ..])
            {
                await output.WriteLineAsync(args is [_, var about] && Commands.TryGetValue(about, out var told) ? told.Help : Help);
                return 0;
            }

            if (args is [var name, ..] && Commands.TryGetValue(name, out var command))
            {
                if (args.Skip(1).Any(arg => arg is "--help" or "-h"))
                {
                    await output.WriteLineAsync(command.Help);
                    return 0;
                }

                return await command.Run(args, output, errors);
            }

            // Configuration begins with a dash, or is a key with its value.
            if (args is [var first, ..] && !first.StartsWith('-') && !first.Contains('=', StringComparison.Ordinal))
            {
                return await Misuse(errors, $"The command {first} is not known");
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

    /// <summary>One sentence and the way to all others.</summary>
    internal static async Task<int> Misuse(TextWriter errors, string sentence)
    {
        await errors.WriteLineAsync($"{sentence}; all there is: dotnet run --project src/Api -- --help");
        return Misused;
    }
}
