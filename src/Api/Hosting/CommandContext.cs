namespace Payments.Api.Hosting;

/// <summary>What a command is run with.</summary>
/// <param name="Configuration">Arguments that are the configuration's: <c>--Section:Key=value</c>.</param>
internal sealed record CommandContext(IReadOnlyList<string> Configuration, TextWriter Output)
{
    /// <summary>True where a person reads it in a terminal; what is piped or kept in a file stays plain text.</summary>
    public bool IsTerminal => ReferenceEquals(Output, Console.Out) && !Console.IsOutputRedirected;

    /// <summary>Arguments with a colon in their name are the configuration's, wherever they stand; the others are the command's.</summary>
    public static (IReadOnlyList<string> Configuration, IReadOnlyList<string> Own) Split(IEnumerable<string> args)
    {
        var kinds = args.ToLookup(arg => arg.StartsWith("--", StringComparison.Ordinal) && arg.Split('=', 2)[0].Contains(':', StringComparison.Ordinal));
        return ([.. kinds[true]], [.. kinds[false]]);
    }
}
