using Payments.Build;
using Xunit;

namespace Payments.Tests.SystemTests;

/// <summary>The unit tests that make their cases up, with as many of them as a save has no time for. A failure names its seed.</summary>
public sealed class BigCountsTests(ITestOutputHelper output)
{
    /// <summary>Ten times what the longest takes on two quiet cores.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);

    [Theory]
    [InlineData("SimulationTests", "PAYMENTS_SIMULATION_LIVES", "4000")]
    [InlineData("FuzzTests", "PAYMENTS_FUZZ_CASES", "50000")]
    [InlineData("HostileBodyTests", "PAYMENTS_FUZZ_CASES", "50000")]
    [InlineData("LenientReadingTests", "PAYMENTS_FUZZ_CASES", "50000")]
    public async Task What_holds_for_a_few_made_up_cases_holds_for_thousands(string tests, string variable, string count)
    {
        // Built together with these tests, in the same configuration.
        var built = new DirectoryInfo(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory));
        var program = Path.Combine(RepositoryRoot.Find(), "tests", "Unit", "bin", built.Parent!.Name, built.Name, "Payments.Tests.Unit.dll");
        var asked = Environment.GetEnvironmentVariable(variable) ?? count;

        var ran = await Command.Run(["dotnet", "exec", program, "-noColor", "-class", $"*.{tests}"], Limit, environment: new Dictionary<string, string> { [variable] = asked });

        output.WriteLine(ran.Output);
        Assert.True(ran.Succeeded, ran.Output);
        Assert.Contains("Failed: 0, Skipped: 0", ran.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("Total: 0", ran.Output, StringComparison.Ordinal);
    }
}
