using System.CommandLine;
using Payments.Api.Hosting;

namespace Payments.Api.Diagnostics;

/// <summary><c>configuration</c>: prints the reference of all keys.</summary>
internal static class ConfigurationCommand
{
    private const string Help =
        """
        configuration

        Prints every configuration key with its default and what it means, read off the classes the configuration is bound to. A test fails
        when docs/configuration.md is not what this prints.
        """;

    /// <summary>The command.</summary>
    public static Command Create(CommandContext context)
    {
        var configuration = new Command("configuration", Help);
        configuration.SetAction((_, _) => context.Output.WriteAsync(ConfigurationReference.Write()));
        return configuration;
    }
}
