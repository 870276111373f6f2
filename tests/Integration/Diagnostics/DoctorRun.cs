using System.Text.Json.Nodes;
using Payments.Api.Hosting;
using Xunit;

namespace Payments.Tests.Integration;

/// <summary>One visit of the doctor: the command as it is typed, in this process, with what it found.</summary>
public sealed class DoctorRun
{
    private DoctorRun(int exitCode, JsonNode report, string text) => (ExitCode, Report, Text) = (exitCode, report, text);

    public int ExitCode { get; }

    public JsonNode Report { get; }

    /// <summary>All it wrote.</summary>
    public string Text { get; }

    /// <summary>The findings that are neither ok nor left out.</summary>
    public IReadOnlyList<string> Wrong =>
        [.. Findings().Where(f => (string)f["state"]! is "problem" or "warning").Select(f => (string)f["check"]!)];

    /// <summary>Runs it with the configuration of a deployment and further arguments.</summary>
    public static async Task<DoctorRun> To(PaymentsHost host, params string[] arguments) => await With([.. host.Configuration], arguments);

    /// <summary>The same once more when nothing but this machine was slow: that says nothing of the deployment.</summary>
    public static async Task<DoctorRun> InPeace(PaymentsHost host, params string[] arguments)
    {
        var visit = await To(host, arguments);
        for (var again = 0; again < 4 && visit.Wrong is ["probe.time"]; again++)
        {
            visit = await To(host, arguments);
        }

        return visit;
    }

    /// <summary>Runs it with this configuration.</summary>
    public static async Task<DoctorRun> With(string[] configuration, params string[] arguments)
    {
        using var output = new StringWriter();
        using var errors = new StringWriter();
        var code = await CommandLine.Run(["doctor", "--json", .. configuration, .. arguments], output, errors);
        Assert.True(code is 0 or 1 or 3, errors.ToString());
        return new(code, JsonNode.Parse(output.ToString())!, output.ToString());
    }

    /// <summary>The one finding of a check.</summary>
    public JsonNode Finding(string check) => Assert.Single(Findings(), f => (string)f["check"]! == check);

    /// <summary>The findings of a check.</summary>
    public IReadOnlyList<JsonNode> All(string check) => [.. Findings().Where(f => (string)f["check"]! == check)];

    /// <summary>Asserts a finding's state and something it says; everything but ok and not checked says what to do.</summary>
    public void Says(string check, string state, params string[] parts) => Says(Finding(check), state, parts);

    /// <summary>The same for a finding.</summary>
    public static void Says(JsonNode finding, string state, params string[] parts)
    {
        Assert.Equal(state, (string?)finding["state"]);
        Assert.All(parts, part => Assert.Contains(part, (string?)finding["seen"] + " " + (string?)finding["do"], StringComparison.Ordinal));
        Assert.Equal(state is "problem" or "warning", finding["do"] is not null);
    }

    private IEnumerable<JsonNode> Findings() => Report["findings"]!.AsArray().Select(f => f!);
}
