using Payments.Api.Hosting;

namespace Payments.Api.Diagnostics;

/// <summary><c>configuration</c>: prints the reference of all keys.</summary>
internal static class ConfigurationCommand
{
    public const string Help =
        """
        configuration

        Prints every configuration key with its default and what it means, read off the classes the configuration is bound to. A test fails
        when docs/configuration.md is not what this prints.
        """;

    public static async Task<int> Run(string[] args, TextWriter output, TextWriter errors)
    {
        if (args is [_, var more, ..])
        {
            return await CommandLine.Misuse(errors, $"configuration takes no {more}");
        }

        await output.WriteAsync(ConfigurationReference.Write());
        return 0;
    }
}
