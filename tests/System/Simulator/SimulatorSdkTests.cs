using System.ComponentModel;
using System.Diagnostics;
using System.Text.Json;
using Xunit;

namespace Payments.Tests.SystemTests;

/// <summary>The simulator proved by a Daraja client this project did not write: npm's mpesa-node, from Safaricom's own repository.</summary>
public sealed class SimulatorSdkTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("payments-sdk-");

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public async Task A_Daraja_client_from_elsewhere_finds_every_API_as_it_expects_it()
    {
        foreach (var file in new[] { "package.json", "package-lock.json", "drive.js" })
        {
            File.Copy(Path.Combine(SimulatorRig.Root(), "tests", "System", "Simulator", "Sdk", file), Path.Combine(folder.FullName, file));
        }

        var npm = OperatingSystem.IsWindows() ? "npm.cmd" : "npm";
        await using var rig = await SimulatorRig.Start();
        try
        {
            await Run(npm, ["ci", "--no-audit", "--no-fund", "--ignore-scripts"]);
        }
        catch (Win32Exception)
        {
            Assert.Skip("npm is not installed: mpesa-node cannot be fetched.");
        }

        var certificate = Path.Combine(folder.FullName, "certificate.pem");
        await File.WriteAllTextAsync(certificate, await rig.Http.GetStringAsync("/simulator/certificate"));
        var printed = await Run(
            "node", ["drive.js"], ("SIMULATOR", rig.Http.BaseAddress!.ToString().TrimEnd('/')), ("SHOP", rig.Shop.Url), ("CERTIFICATE", certificate));

        var answers = JsonDocument.Parse(printed).RootElement.EnumerateArray().ToDictionary(a => a.GetProperty("name").GetString()!);
        Assert.All(answers.Values, a => Assert.Equal(200, a.GetProperty("status").GetInt32()));
        Assert.Equal("0", answers["query"].GetProperty("data").GetProperty("ResultCode").GetString());
        Assert.Equal("success", answers["register"].GetProperty("data").GetProperty("ResponseDescription").GetString());
        Assert.Equal(0, (await rig.Shop.Next("/stk")).Stk.GetProperty("ResultCode").GetInt32());
        Assert.Equal("INV-1", (await rig.Shop.Next("/confirm")).Json.GetProperty("BillRefNumber").GetString());
        Assert.Equal(10, (await rig.Shop.Next("/b2c")).Parameter("TransactionAmount").GetDecimal());
        Assert.Equal("10.00", (await rig.Shop.Next("/b2b")).Parameter("Amount").GetString());

        // The same payment is reversed right after it was asked about: what is looked up may be either.
        Assert.Contains((await rig.Shop.Next("/status")).Parameter("TransactionStatus").GetString(), new[] { "Completed", "Reversed" });
        Assert.Equal(10, (await rig.Shop.Next("/reversal")).Parameter("Amount").GetDecimal());
        Assert.StartsWith("Working Account|KES|", (await rig.Shop.Next("/balance")).Parameter("AccountBalance").GetString(), StringComparison.Ordinal);
        Assert.Equal(0, rig.Shop.Waiting("/timeout"));
    }

    private async Task<string> Run(string program, string[] arguments, params (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = folder.FullName,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', arguments)}: {await errors}{await output}");
        return await output;
    }
}
