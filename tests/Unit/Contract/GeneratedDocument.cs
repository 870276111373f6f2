using System.Text.Json.Nodes;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.OpenApi;
using Payments.Api;

namespace Payments.Tests.Unit;

/// <summary>The document as the service makes it: composed, not started.</summary>
public sealed class GeneratedDocument
{
    private static readonly Lazy<Task<string>> Text = new(Generate);

    /// <summary>The document; a server named by nobody is the one it was read from.</summary>
    public static async Task<JsonNode> Read() => JsonNode.Parse(await Text.Value)!;

    private static async Task<string> Generate()
    {
        // Never disposed: Hangfire logs to the last host that was composed for as long as the process lives.
        var app = ApiHost.Build([
            "--ConnectionStrings:Payments=Host=localhost;Database=none;Username=nobody;Password=none",
            "--Daraja:Environment=Simulator",
            "--Daraja:BaseUrl=http://localhost:5090",
            "--Daraja:ConsumerKey=key",
            "--Daraja:ConsumerSecret=secret",
            "--Daraja:Shortcode=174379",
            "--Daraja:Passkey=passkey",
            "--Callbacks:PublicBaseUrl=http://localhost:5080",
            $"--Callbacks:Secrets:0={Convert.ToBase64String(new byte[32])}",
            "--OTEL_SDK_DISABLED=true",
        ]);
        var document = await app.Services.GetRequiredKeyedService<IOpenApiDocumentProvider>("v1").GetOpenApiDocumentAsync(CancellationToken.None);
        document.Servers = [new() { Url = "/" }];
        return await document.SerializeAsJsonAsync(OpenApiSpecVersion.OpenApi3_1, CancellationToken.None);
    }
}
