namespace Payments.Api.Hosting;

/// <summary>The options of a command: <c>--name value</c>, <c>--name=value</c>, <c>--flag</c>; what has a colon in its name is configuration.</summary>
/// <param name="Configuration">What is the configuration's.</param>
internal sealed record CommandOptions(IReadOnlyDictionary<string, string> Values, IReadOnlySet<string> Flags, IReadOnlyList<string> Configuration)
{
    /// <summary>Reads them; null and one sentence when something is not understood.</summary>
    public static CommandOptions? Read(IEnumerable<string> args, string[] names, string[] flags, out string wrong)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        var set = new HashSet<string>(StringComparer.Ordinal);
        var configuration = new List<string>();
        var rest = new Queue<string>(args);
        wrong = "";
        while (rest.TryDequeue(out var arg))
        {
            var (name, given) = arg.Split('=', 2) is [var left, var right] ? (left, right) : (arg, null);
            if (name.StartsWith("--", StringComparison.Ordinal) && name.Contains(':', StringComparison.Ordinal))
            {
                configuration.Add(arg);
            }
            else if (name.StartsWith("--", StringComparison.Ordinal) && flags.Contains(name[2..]) && given is null)
            {
                set.Add(name[2..]);
            }
            else if (!name.StartsWith("--", StringComparison.Ordinal) || !names.Contains(name[2..]))
            {
                wrong = $"{arg} is not understood";
                return null;
            }
            else if ((given ?? (rest.TryDequeue(out var next) ? next : null)) is not { Length: > 0 } value)
            {
                wrong = $"The option {name} needs a value";
                return null;
            }
            else
            {
                values[name[2..]] = value;
            }
        }

        return new(values, set, configuration);
    }
}
