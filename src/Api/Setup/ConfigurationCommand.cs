namespace Payments.Api;

/// <summary><c>configuration</c>: writes the reference of all keys.</summary>
internal static class ConfigurationCommand
{
    public const string Help =
        """
        configuration [--out docs/configuration.md]

        Every configuration key with its default and what it means, read off the classes the configuration is bound to. Prints it, or writes
        the file; a test fails when docs/configuration.md is not what this writes.
        """;

    public static async Task<int> Run(string[] args, TextWriter output, TextWriter errors)
    {
        if (CommandOptions.Read(args.Skip(1), ["out"], [], out var wrong) is not { } options)
        {
            return await CommandLine.Misuse(errors, wrong);
        }

        var text = ConfigurationReference.Write();
        if (options.Values.TryGetValue("out", out var path))
        {
            await File.WriteAllTextAsync(path, text);
        }
        else
        {
            await output.WriteAsync(text);
        }

        return 0;
    }
}
