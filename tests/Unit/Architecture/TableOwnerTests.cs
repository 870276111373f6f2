using System.Text.RegularExpressions;
using Xunit;

namespace Payments.Tests.Unit;

/// <summary>
/// Cases and events are written beside what they tell of, by many features, and each in one place: what a case keeps, how many may be open, and
/// the order of the feed are decided there (R14).
/// </summary>
public sealed partial class TableOwnerTests
{
    [Fact]
    public void Nothing_but_the_case_store_writes_cases() =>
        Assert.Equal(["Infrastructure/Cases/CaseStore.Confirmations.cs", "Infrastructure/Cases/CaseStore.cs"], Files(WritesCases()));

    [Fact]
    public void Nothing_but_the_event_store_adds_events() => Assert.Equal(["Infrastructure/Events/EventStore.cs"], Files(AddsEvents()));

    private static List<string> Files(Regex what) =>
        [.. new[] { "Api", "Application", "Domain", "Infrastructure" }
            .SelectMany(project => Directory.EnumerateFiles(Sources.File("src", project), "*.cs", SearchOption.AllDirectories))
            .Select(file => (Name: Path.GetRelativePath(Sources.File("src"), file).Replace('\\', '/'), file))
            .Where(source => !source.Name.Contains("/obj/", StringComparison.Ordinal) && !source.Name.Contains("/bin/", StringComparison.Ordinal))
            .Where(source => what.IsMatch(File.ReadAllText(source.file))).Select(source => source.Name).Order(StringComparer.Ordinal)];

    [GeneratedRegex(@"\b(INSERT\s+INTO|UPDATE|DELETE\s+FROM|MERGE\s+INTO|COPY)\s+cases\b", RegexOptions.IgnoreCase)]
    private static partial Regex WritesCases();

    [GeneratedRegex(@"\b(INSERT\s+INTO|MERGE\s+INTO|COPY)\s+events\b", RegexOptions.IgnoreCase)]
    private static partial Regex AddsEvents();
}
