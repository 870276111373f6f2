using System.Text.RegularExpressions;
using Xunit;

namespace Payments.Tests.Unit;

/// <summary>
/// Which feature uses which, by the <c>using</c>s of its folders in all projects, is what docs/architecture.md says: a new dependency is a
/// decision, and a feature can be taken out by looking at who uses it.
/// </summary>
public sealed partial class ModuleTests
{
    /// <summary>Everybody's, or nobody's: what features are built on, and the places where they are put together.</summary>
    private static readonly string[] Shared = ["Common", "Database", "Jobs", "Telemetry", "Hosting"];

    [Fact]
    public void A_feature_uses_what_the_architecture_page_allows_it_and_nothing_else()
    {
        var allowed = Row().Matches(File.ReadAllText(Sources.File("docs", "architecture.md")))
            .ToDictionary(row => row.Groups["feature"].Value, row => string.Join(", ", Word().Matches(row.Groups["uses"].Value).Select(word => word.Value)));

        Assert.Equal(Used().Select(pair => $"{pair.Key}: {pair.Value}"), allowed.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{pair.Key}: {pair.Value}"));
    }

    private static SortedDictionary<string, string> Used()
    {
        var used = new SortedDictionary<string, string>(StringComparer.Ordinal);
        var files = new[] { "Domain", "Application", "Infrastructure", "Api" }.SelectMany(
            project => Directory.EnumerateDirectories(Sources.File("src", project))
                .SelectMany(folder => Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories).Select(file => (Feature: Path.GetFileName(folder), file))));
        foreach (var feature in files.Where(file => file.Feature is not ("bin" or "obj") && !Shared.Contains(file.Feature)).GroupBy(file => file.Feature, file => file.file))
        {
            used[feature.Key] = string.Join(", ", feature.SelectMany(file => Using().Matches(File.ReadAllText(file))).Select(match => match.Groups[1].Value)
                .Where(name => name != feature.Key && !Shared.Contains(name)).Distinct().Order(StringComparer.Ordinal));
        }

        return used;
    }

    [GeneratedRegex(@"^using Payments\.(?:Domain|Application|Infrastructure|Api)\.(\w+)", RegexOptions.Multiline)]
    private static partial Regex Using();

    /// <summary>A row of the table of features: <c>| `Cases` | Checkouts, Transfers | … |</c>.</summary>
    [GeneratedRegex(@"^\| `(?<feature>[A-Z]\w+)` \| (?<uses>[\w, –]*) \|", RegexOptions.Multiline)]
    private static partial Regex Row();

    [GeneratedRegex(@"\w+")]
    private static partial Regex Word();
}
