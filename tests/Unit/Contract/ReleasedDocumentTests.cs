using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Xunit;

namespace Payments.Tests.Unit;

/// <summary>The document that was released is what shops' programs were made from: it is added to, never taken from (decision 0058).</summary>
public sealed class ReleasedDocumentTests
{
    private const string Command = "PAYMENTS_RELEASE_DOCUMENT=true dotnet run --project tests/Unit -- -class \"*.ReleasedDocumentTests\"";

    private static readonly string Path = Sources.File("docs", "openapi", "v1.json");

    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    [Fact]
    public async Task Nothing_that_was_released_is_broken()
    {
        var broken = BreakingChanges.Between(Released(), await GeneratedDocument.Read());
        Assert.True(broken.Count == 0, $"docs/openapi/v1.json was released, and this breaks who relies on it:\n{string.Join('\n', broken)}");
    }

    [Fact]
    public async Task What_is_new_stands_in_the_released_document()
    {
        var present = await GeneratedDocument.Read();
        if (Environment.GetEnvironmentVariable("PAYMENTS_RELEASE_DOCUMENT") == "true" && (!File.Exists(Path) || BreakingChanges.Between(Released(), present).Count == 0))
        {
            await File.WriteAllTextAsync(Path, present.ToJsonString(Readable) + "\n", TestContext.Current.CancellationToken);
        }

        Assert.True(JsonNode.DeepEquals(Released(), present), $"docs/openapi/v1.json is not what the service says. Look at what is new, then write it down: {Command}");
    }

    private static JsonNode Released() => JsonNode.Parse(File.ReadAllText(Path))!;
}
