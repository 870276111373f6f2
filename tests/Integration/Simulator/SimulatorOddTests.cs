using System.IO.Compression;
using System.Text;
using System.Text.Json;
using Xunit;

namespace Payments.Tests.Integration;

/// <summary>What Safaricom can do to a body, an address, a version and a token.</summary>
public sealed class SimulatorOddTests : IAsyncLifetime
{
    private SimulatorRig rig = null!;

    public async ValueTask InitializeAsync() => rig = await SimulatorRig.Start();

    public async ValueTask DisposeAsync() => await rig.DisposeAsync();

    [Theory]
    [InlineData("latin1")]
    [InlineData("line-feed")]
    [InlineData("bad-escape")]
    [InlineData("lower-keys")]
    [InlineData("key-twice")]
    [InlineData("two-documents")]
    [InlineData("bom")]
    [InlineData("trailing")]
    [InlineData("comma")]
    [InlineData("utf16")]
    [InlineData("zstd")]
    public async Task A_body_comes_in_the_form_that_was_ordered_and_not_as_documented(string form)
    {
        await rig.Push();
        var plain = (await rig.Shop.Next()).Bytes;
        await rig.Script(SimulatorRig.Phone, new { body = form });
        await rig.Push();

        Assert.NotEqual(Shape(plain), Shape((await rig.Shop.Next()).Bytes));
        Assert.Equal(0, rig.Shop.Waiting());
    }

    [Fact]
    public async Task A_packed_body_says_how_and_is_the_documented_one_inside()
    {
        await rig.Http.PutAsync("/simulator/settings", new StringContent("""{"callbackBody":"gzip"}"""));
        await rig.Push();

        var caught = await rig.Shop.Next();
        Assert.Equal("gzip", caught.Wire.Encoding);
        using var inner = new StreamReader(new GZipStream(new MemoryStream(caught.Bytes), CompressionMode.Decompress));
        Assert.True(JsonDocument.Parse(await inner.ReadToEndAsync()).RootElement.TryGetProperty("Body", out _));

        // The log has what was meant, for people read it.
        await PaymentsHost.Eventually(
            async () => (await rig.Http.GetStringAsync("/simulator/deliveries")).Contains("stkCallback", StringComparison.Ordinal), "it is in the log");
    }

    [Fact]
    public async Task Callbacks_come_from_the_address_and_with_the_header_that_were_ordered()
    {
        await rig.Http.PutAsync("/simulator/settings", new StringContent("""{"callbackSource":"127.0.0.9","forwardedFor":"196.201.212.130"}"""));
        await rig.Push();

        Assert.Equal(("", "196.201.212.130", "127.0.0.9"), (await rig.Shop.Next()).Wire);
    }

    [Fact]
    public async Task A_token_is_as_long_as_ordered_and_works()
    {
        await rig.Http.PutAsync("/simulator/settings", new StringContent("""{"tokenLength":900}"""));
        Assert.Equal(900, (await rig.Login()).Length);

        await rig.Push();
        await rig.Shop.Next();
    }

    [Theory]
    [InlineData("""{"callbackBody":"morse"}""")]
    [InlineData("""{"callbackSource":"elsewhere"}""")]
    [InlineData("""{"tokenLength":3}""")]
    [InlineData("""{"b2cVersion":"v2"}""")]
    [InlineData("""{"rates":{"oddBody":2}}""")]
    public async Task What_cannot_be_is_refused(string settings) =>
        Assert.Equal(400, (int)(await rig.Http.PutAsync("/simulator/settings", new StringContent(settings))).StatusCode);

    /// <summary>A body without what differs between two payments: digits, and letters of receipts.</summary>
    private static string Shape(byte[] body) => System.Text.RegularExpressions.Regex.Replace(Encoding.Latin1.GetString(body), "[0-9]|[A-Z0-9]{10}|[0-9a-f-]{20,}", "");
}
