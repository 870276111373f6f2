using System.Text.Json;
using System.Text.RegularExpressions;
using Xunit;

namespace Payments.Tests.Unit;

/// <summary>What is shipped is named, with its licence; what is locked is what is shipped.</summary>
public sealed partial class NoticesTests
{
    private static readonly string[] Licences = ["MIT", "Apache-2.0", "BSD-3-Clause", "PostgreSQL", "LGPL-3.0"];

    [Fact]
    public void Every_shipped_package_is_in_the_notices()
    {
        var listed = Listed();
        Assert.All(Shipped(), package => Assert.True(listed.ContainsKey(package), $"THIRD-PARTY-NOTICES.md does not name {package}, which src/Api ships."));
    }

    [Fact]
    public void Every_named_package_is_shipped_under_a_licence_that_may_be()
    {
        var shipped = Shipped();
        Assert.All(Listed(), entry =>
        {
            Assert.Contains(entry.Key, shipped);
            Assert.Contains(entry.Value, Licences);

            // Decision 0009: this one and no other.
            Assert.True(entry.Value != "LGPL-3.0" || entry.Key.StartsWith("Hangfire", StringComparison.Ordinal), entry.Key);
        });
    }

    private static HashSet<string> Shipped()
    {
        using var locked = JsonDocument.Parse(File.ReadAllText(Sources.File("src", "Api", "packages.lock.json")));
        return [.. locked.RootElement.GetProperty("dependencies").EnumerateObject().SelectMany(framework => framework.Value.EnumerateObject())
            .Where(package => package.Value.GetProperty("type").GetString() != "Project").Select(package => package.Name)];
    }

    private static Dictionary<string, string> Listed() => File.ReadAllLines(Sources.File("THIRD-PARTY-NOTICES.md"))
        .Select(line => Row().Match(line)).Where(row => row.Success && !row.Groups[1].Value.StartsWith("---", StringComparison.Ordinal) && row.Groups[1].Value != "package")
        .SelectMany(row => row.Groups[1].Value.Split(", ").Select(package => (package, Licence: row.Groups[2].Value.Split(' ')[0])))
        .ToDictionary(entry => entry.package, entry => entry.Licence, StringComparer.Ordinal);

    [GeneratedRegex(@"^\| ([^|]+) \| ([^|]+) \|")]
    private static partial Regex Row();
}
