using Payments.Application.Common;

namespace Payments.Api.Security;

/// <summary>
/// <c>Any__Key_FILE</c> names a file that holds the value of <c>Any__Key</c>, as Docker and Kubernetes mount secrets: an environment
/// variable is seen by every child process and in every crash report.
/// </summary>
internal static class SecretFiles
{
    private const string Suffix = "_FILE";

    /// <summary>Far above any certificate; a larger file is not what was meant.</summary>
    private const long MaxBytes = 64 * 1024;

    /// <summary>Puts the values of files into the configuration; adds what is wrong with them.</summary>
    public static void Read(ConfigurationManager configuration, List<ConfigurationProblem> problems)
    {
        var values = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, path) in configuration.AsEnumerable().Where(e => e.Value is not null && e.Key.EndsWith(Suffix, StringComparison.OrdinalIgnoreCase)))
        {
            // Only keys of ours, which have a section: other programs' variables are none of our business.
            if (!name.Contains(':', StringComparison.Ordinal))
            {
                continue;
            }

            var key = name[..^Suffix.Length];
            var shown = name.Replace(":", "__", StringComparison.Ordinal);
            if (configuration[key] is not null)
            {
                problems.Add(new(shown, "is given beside the value itself", "one of the two"));
                continue;
            }

            try
            {
                var file = new FileInfo(path!);
                if (file.Length > MaxBytes)
                {
                    problems.Add(new(shown, "names a file of more than 64 KiB", "a file that holds the value alone"));
                    continue;
                }

                values[key] = File.ReadAllText(path!).TrimEnd('\r', '\n');
            }
            catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException or ArgumentException)
            {
                problems.Add(new(shown, "names a file that cannot be read", "a file this process may read, holding the value alone"));
            }
        }

        ((IConfigurationBuilder)configuration).Add(new Source(values));
    }

    private sealed class Source(Dictionary<string, string?> values) : IConfigurationSource
    {
        public IConfigurationProvider Build(IConfigurationBuilder builder) => new Provider(values);
    }

    /// <summary>The last provider, so that it has the last word on what is there: in a list <c>0_FILE</c> would be an entry beside <c>0</c>.</summary>
    private sealed class Provider : ConfigurationProvider
    {
        public Provider(Dictionary<string, string?> values) => Data = values;

        public override IEnumerable<string> GetChildKeys(IEnumerable<string> earlierKeys, string? parentPath) =>
            base.GetChildKeys(earlierKeys, parentPath).Where(key => parentPath is null || !key.EndsWith(Suffix, StringComparison.OrdinalIgnoreCase));
    }
}
