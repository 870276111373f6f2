using System.Security.Cryptography.X509Certificates;
using Xunit;

namespace Payments.Tests.Integration;

public sealed class SimulatorSetupTests
{
    [Fact]
    public async Task A_shop_may_pay_out_from_another_app_and_shortcode()
    {
        await using var rig = await SimulatorRig.Start(
            "--Simulator:Apps:0:ConsumerKey", "payout-key", "--Simulator:Apps:0:ConsumerSecret", "payout-secret", "--Simulator:Apps:0:Shortcode", "600000",
            "--Simulator:Apps:0:InitiatorName", "payer", "--Simulator:Apps:0:InitiatorPassword", "payer-password");
        var credential = await rig.Encrypt("payer-password");
        await rig.B2c(SimulatorRig.Phone, ("PartyA", 600000), ("InitiatorName", "payer"), ("SecurityCredential", credential));
        Assert.Equal(0, (await rig.Shop.Next("/result")).Envelope.GetProperty("ResultCode").GetInt32());
        var floats = (await rig.Send(HttpMethod.Get, "/simulator/accounts/600000")).Json;
        Assert.Equal(9_999_990, floats.GetProperty("utility").GetDecimal());
        // The first shop's operator has no say over the second's money.
        await rig.B2c(SimulatorRig.Phone, ("PartyA", 600000));
        Assert.Equal(2001, (await rig.Shop.Next("/result")).Envelope.GetProperty("ResultCode").GetInt32());
    }

    [Fact]
    public async Task The_certificate_is_written_before_anything_listens()
    {
        var folder = Directory.CreateTempSubdirectory("payments-certificate-");
        try
        {
            var path = Path.Combine(folder.FullName, "new", "certificate.pem");
            await using var rig = await SimulatorRig.Start("--Simulator:CertificatePath", path);
            using var written = X509Certificate2.CreateFromPem(await File.ReadAllTextAsync(path));
            Assert.Equal(2048, written.GetRSAPublicKey()!.KeySize);
            Assert.Equal(await rig.Http.GetStringAsync("/simulator/certificate"), await File.ReadAllTextAsync(path));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task The_README_names_every_switch()
    {
        var readme = await File.ReadAllTextAsync(Path.Combine(SimulatorRig.Root(), "src", "Simulator", "README.md"));
        await using var rig = await SimulatorRig.Start();
        var settings = (await rig.Settings(new { products = new[] { "stk" } })).EnumerateObject().ToList();
        foreach (var name in settings.Concat(settings.Single(s => s.NameEquals("rates")).Value.EnumerateObject()).Select(s => s.Name))
        {
            Assert.Contains($"`{name}`", readme, StringComparison.Ordinal);
        }
        // What a wrong name is answered with lists the right ones.
        var wrong = await rig.Send(HttpMethod.Put, "/simulator/phones/254700000000", new { callback = "?", error = "?", query = "?", variant = "?" });
        var known = wrong.Json.GetProperty("problems").EnumerateArray().SelectMany(p => p.GetString()!.TrimEnd('.').Split("only ")[1].Split(", ")).Distinct();
        // Two codes have a second name, which is the one the README gives.
        foreach (var name in known.Except(["500.003.02", "500.003.03", "500.003.1001"]))
        {
            Assert.Contains($"`{name}`", readme, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Shutting_down_does_not_wait_for_phones_that_ring()
    {
        var rig = await SimulatorRig.Start();
        await rig.Push("254700007777");
        var started = TimeProvider.System.GetTimestamp();
        await rig.DisposeAsync();
        Assert.InRange(TimeProvider.System.GetElapsedTime(started), TimeSpan.Zero, TimeSpan.FromSeconds(5));
    }
}
