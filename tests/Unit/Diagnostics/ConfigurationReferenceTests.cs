using Payments.Api.Diagnostics;
using Xunit;

namespace Payments.Tests.Unit;

public sealed class ConfigurationReferenceTests
{
    [Fact]
    public void The_reference_in_docs_is_what_the_options_say() => Assert.True(
        File.ReadAllText(Path.Combine(Root(), "docs", "configuration.md")).ReplaceLineEndings("\n") == ConfigurationReference.Write().ReplaceLineEndings("\n"),
        "docs/configuration.md is not what the code says: dotnet run --project src/Api -- configuration > docs/configuration.md");

    [Fact]
    public void Every_key_of_the_design_is_in_it()
    {
        var text = ConfigurationReference.Write();
        foreach (var key in new[]
        {
            "ConnectionStrings__Payments", "Daraja__Environment", "Daraja__Payouts__Shortcode", "Callbacks__PublicBaseUrl", "Callbacks__Secrets__0",
            "Callbacks__AllowedNetworks__0", "Proxy__KnownProxies__0", "C2B__ValidationPolicy", "Spool__MaxBytes", "ApiKeys__0__Hash", "Ops__Users__0__Role",
            "Cors__Origins__0", "Return__AllowedHosts__0", "Roles", "Limits__PromptsPerPhone", "Limits__RequestsPerKey",
        })
        {
            Assert.Contains($"| `{key}` |", text, StringComparison.Ordinal);
        }

        Assert.DoesNotContain("AllowsAnyHost", text, StringComparison.Ordinal);
    }

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Payments.sln")))
        {
            folder = folder.Parent!;
        }

        return folder.FullName;
    }
}
