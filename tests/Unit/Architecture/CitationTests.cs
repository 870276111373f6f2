using System.Globalization;
using System.Text.RegularExpressions;
using Xunit;

namespace Payments.Tests.Unit;

/// <summary>What the code and the documents cite is in this repository: rules by number, pages by path and heading, tests by name.</summary>
public sealed partial class CitationTests
{
    private static readonly string[] Folders = ["src", "tests", "docs", "build"];

    /// <summary>Lines of code that say something to a reader, and whole documents.</summary>
    private static readonly List<(string File, int Number, string Text)> Lines = [.. Files().SelectMany(Read)];

    private static readonly Dictionary<string, HashSet<string>> Headings = Files().Where(file => file.EndsWith(".md", StringComparison.Ordinal)).ToDictionary(file => file, HeadingsOf);

    [Fact]
    public void Every_rule_that_is_cited_is_in_the_rules_and_every_rule_is_held_by_tests_that_are_there()
    {
        var rules = File.ReadAllText(Sources.File("docs", "rules.md"));
        var there = RuleHeading().Matches(rules).Select(m => m.Groups[1].Value).ToList();
        Assert.Equal(Enumerable.Range(1, 21).Select(n => n.ToString(CultureInfo.InvariantCulture)), there);
        AssertNone(Lines.SelectMany(line => Rule().Matches(line.Text).Where(m => !there.Contains(m.Groups[1].Value)).Select(m => (line, m.Value))));

        var tests = Files().Where(file => file.EndsWith("Tests.cs", StringComparison.Ordinal)).Select(Path.GetFileNameWithoutExtension).ToHashSet(StringComparer.Ordinal);
        var sources = Files().Where(file => file.StartsWith(Sources.File("src"), StringComparison.Ordinal) && file.EndsWith(".cs", StringComparison.Ordinal)).ToList();
        foreach (var rule in rules.Split("\n### R").Skip(1))
        {
            var (decided, held) = (DecidedBy().Match(rule), HeldBy().Match(rule));
            Assert.True(held.Success && decided.Success, $"R{rule[..2]} names no test, or nothing that decides.");
            Assert.All(Named().Matches(held.Value), name => Assert.Contains(name.Groups[1].Value, tests));
            Assert.All(Decider().Matches(decided.Value), name => Assert.True(IsDeclared(sources, name.Groups[1].Value, name.Groups[2].Value), name.Value));
        }
    }

    private static bool IsDeclared(List<string> sources, string type, string member) => sources
        .Where(file => member == "cs" ? Path.GetFileName(file) == $"{type}.cs" : Regex.IsMatch(File.ReadAllText(file), $@"\b(class|record|struct|enum) {type}\b"))
        .Any(file => member is "" or "cs" || Regex.IsMatch(File.ReadAllText(file), $@"\b{member}\("));

    [Fact]
    public void Every_page_and_heading_that_the_code_cites_is_there() => AssertNone(
        Lines.Where(line => !line.File.EndsWith(".md", StringComparison.Ordinal)).SelectMany(line => Page().Matches(line.Text)
            .Where(m => !IsThere(Sources.File(m.Groups[1].Value.Split('/')), m.Groups[2].Value)).Select(m => (line, m.Value))));

    [Fact]
    public void Every_link_of_a_document_leads_somewhere() => AssertNone(
        Lines.Where(line => line.File.EndsWith(".md", StringComparison.Ordinal)).SelectMany(line => Link().Matches(line.Text)
            .Where(m => !m.Groups[1].Value.Contains(':', StringComparison.Ordinal))
            .Where(m => !IsThere(m.Groups[1].Value.Length == 0 ? line.File : Path.GetFullPath(Path.Combine(Path.GetDirectoryName(line.File)!, m.Groups[1].Value)), m.Groups[2].Value))
            .Select(m => (line, m.Value))));

    [Fact]
    public void Every_decision_is_in_the_list_of_decisions()
    {
        var listed = File.ReadAllText(Sources.File("docs", "decisions", "README.md"));
        Assert.All(
            Directory.GetFiles(Sources.File("docs", "decisions"), "0*.md").Select(Path.GetFileName),
            file => Assert.Contains($"]({file})", listed, StringComparison.Ordinal));
    }

    private static void AssertNone(IEnumerable<((string File, int Number, string Text) Line, string What)> broken)
    {
        var all = string.Join('\n', broken.Select(b => $"{b.Line.File}:{b.Line.Number} cites {b.What}"));
        Assert.True(all.Length == 0, all);
    }

    private static bool IsThere(string file, string heading) =>
        heading.Length == 0 ? File.Exists(file) || Directory.Exists(file) : Headings.TryGetValue(file, out var headings) && headings.Contains(heading);

    private static IEnumerable<string> Files() => Folders
        .SelectMany(folder => Directory.EnumerateFiles(Sources.File(folder), "*", SearchOption.AllDirectories))
        .Concat(Directory.EnumerateFiles(Sources.File(), "*.md"))
        .Where(file => file.EndsWith(".cs", StringComparison.Ordinal) || file.EndsWith(".sql", StringComparison.Ordinal) || file.EndsWith(".md", StringComparison.Ordinal))
        .Where(file => !BuildOutput().IsMatch(file));

    private static IEnumerable<(string File, int Number, string Text)> Read(string file)
    {
        var isDocument = file.EndsWith(".md", StringComparison.Ordinal);
        return File.ReadLines(file).Select((text, index) => (file, index + 1, isDocument ? text : Comment().Match(text).Value)).Where(line => line.Item3.Length > 0);
    }

    /// <summary>As GitHub makes them: lower case, without punctuation, spaces as hyphens; a second of a name has a number.</summary>
    private static HashSet<string> HeadingsOf(string file)
    {
        var found = new HashSet<string>(StringComparer.Ordinal);
        foreach (var line in File.ReadLines(file).Where(line => line.StartsWith('#')))
        {
            var slug = NotInSlug().Replace(Link().Replace(line.TrimStart('#').Trim(), "").ToLowerInvariant(), "").Replace(' ', '-');
            for (var n = 0; !found.Add(n == 0 ? slug : $"{slug}-{n}"); n++)
            {
            }
        }

        return found;
    }

    [GeneratedRegex(@"^### R(\d+)\. ", RegexOptions.Multiline)]
    private static partial Regex RuleHeading();

    [GeneratedRegex(@"\bR(\d{1,2})\b(?=[\],.:;)–]|\s+(?:and|or)\b|$)")]
    private static partial Regex Rule();

    [GeneratedRegex("Held by .*")]
    private static partial Regex HeldBy();

    [GeneratedRegex("Decided by .*(?=Held by)")]
    private static partial Regex DecidedBy();

    /// <summary>A type, with or without a member, or a file.</summary>
    [GeneratedRegex(@"`(\w+)(?:\.(\w+))?`")]
    private static partial Regex Decider();

    [GeneratedRegex(@"`(\w+)`")]
    private static partial Regex Named();

    [GeneratedRegex(@"\b(docs/[\w/.-]+\.md)(?:#([\w-]+))?")]
    private static partial Regex Page();

    [GeneratedRegex(@"\]\(([^)#\s]*)(?:#([\w-]+))?\)")]
    private static partial Regex Link();

    [GeneratedRegex("(//|--).*")]
    private static partial Regex Comment();

    [GeneratedRegex(@"[^\w\- ]")]
    private static partial Regex NotInSlug();

    [GeneratedRegex(@"[\\/](bin|obj)[\\/]")]
    private static partial Regex BuildOutput();
}
