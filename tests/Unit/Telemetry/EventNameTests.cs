using System.Text.RegularExpressions;
using Payments.Build;
using Xunit;

namespace Payments.Tests.Unit;

/// <summary>Alerts are built on event names: every line that is logged has one, and docs/operations.md says what each means.</summary>
public sealed partial class EventNameTests
{
    private static readonly string Root = RepositoryRoot.Find();

    private static readonly List<(string Path, string Text)> Sources =
        [.. Directory.EnumerateFiles(Path.Combine(Root, "src"), "*.cs", SearchOption.AllDirectories)
            .Where(path => !path.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal))
            .Select(path => (path, File.ReadAllText(path)))];

    [Fact]
    public void Every_event_is_documented_and_every_documented_event_exists()
    {
        var logged = Sources.Where(s => !s.Path.Contains("Simulator", StringComparison.Ordinal))
            .SelectMany(s => Attribute().Matches(s.Text).Concat(Constant().Matches(s.Text))).Select(m => m.Groups[1].Value).Order().ToList();
        var documented = DocumentLine().Matches(File.ReadAllText(Path.Combine(Root, "docs", "operations.md"))).Select(m => m.Groups[1].Value).Order().ToList();

        Assert.True(logged.Count > 40);
        Assert.Equal(logged.Distinct(), documented);
    }

    [Fact]
    public void No_line_is_logged_without_an_event()
    {
        // A message of its own has a name; a call of the extension methods names one of a list.
        Assert.All(Sources, s => Assert.Equal(Message().Count(s.Text), Attribute().Count(s.Text)));
        Assert.All(Sources, s => Assert.All(Call().Matches(s.Text), m => Assert.Contains("Events.", m.Value, StringComparison.Ordinal)));
    }

    [GeneratedRegex(@"EventName = ""([a-z0-9_]+)""")]
    private static partial Regex Attribute();

    [GeneratedRegex("""new\(\d{4}, "([a-z0-9_]+)"\)""")]
    private static partial Regex Constant();

    [GeneratedRegex(@"\[LoggerMessage\(")]
    private static partial Regex Message();

    [GeneratedRegex(@"\b[lL]og(ger)?\.Log(Trace|Debug|Information|Warning|Error|Critical)?\([^;]*;", RegexOptions.Singleline)]
    private static partial Regex Call();

    [GeneratedRegex("^\\| `([a-z0-9_]+)` \\| (?:debug|information|warning|error|critical) \\|", RegexOptions.Multiline)]
    private static partial Regex DocumentLine();
}
