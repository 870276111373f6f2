using System.Text.Json.Nodes;
using System.Xml.Linq;
using Xunit;

namespace Payments.Tests.Unit;

/// <summary>What the packages for shops say of themselves.</summary>
public sealed class PackageTests
{
    [Fact]
    public void The_quick_start_in_the_readme_is_the_one_that_compiles()
    {
        var readme = File.ReadAllText(Sources.File("packages", "Payments.Client", "README.md"));
        var shown = readme.Split("```csharp\n")[1].Split("```")[0].Replace("using Payments.Client;", "", StringComparison.Ordinal);
        var compiled = File.ReadAllText(Sources.File("tests", "Unit", "Clients", "QuickStart.cs")).Split("// From here\n")[1].Split("// To here")[0];
        Assert.Equal(Lines(compiled), Lines(shown));
    }

    [Fact]
    public void The_packages_have_the_services_version()
    {
        var version = (string?)XDocument.Load(Sources.File("Directory.Build.props")).Descendants("Version").Single();
        Assert.Equal(version, (string?)JsonNode.Parse(File.ReadAllText(Sources.File("packages", "payments-client", "package.json")))!["version"]);
        Assert.Equal(version, typeof(Client.PaymentsClient).Assembly.GetName().Version!.ToString(3));
    }

    [Theory]
    [InlineData("shop-aspnet", "Program.cs")]
    [InlineData("shop-node", "shop.js")]
    public void A_sample_shop_is_read_in_one_go(string sample, string file) =>
        Assert.InRange(File.ReadAllLines(Sources.File("samples", sample, file)).Length, 50, 150);

    private static IEnumerable<string> Lines(string text) => text.Split('\n').Select(line => line.Trim()).Where(line => line.Length > 0);
}
