namespace Payments.Simulator;

/// <summary>Every Daraja path there is, on one page.</summary>
internal static class Routes
{
    public static void MapDaraja(this IEndpointRouteBuilder app)
    {
        var services = app.ServiceProvider;
        var gateway = services.GetRequiredService<Gateway>();
        app.Map("/oauth/v1/generate", gateway.Open(Api.Oauth, services.GetRequiredService<GenerateToken>().Handle, "GET"));
        app.Map("/mpesa/stkpush/v1/processrequest", gateway.Serve(Api.Stk, services.GetRequiredService<StkPush>().Handle));
        app.Map("/mpesa/stkpushquery/v1/query", gateway.Serve(Api.StkQuery, services.GetRequiredService<StkQuery>().Handle));
        foreach (var version in new[] { 1, 2 })
        {
            app.Map($"/mpesa/c2b/v{version}/registerurl", gateway.Serve(Api.C2bRegister, services.GetRequiredService<RegisterUrl>().Version(version)));
            app.Map($"/mpesa/c2b/v{version}/simulate", gateway.Serve(Api.C2bSimulate, services.GetRequiredService<SimulateC2b>().Version(version)));
        }

        var apis = services.GetServices<IDarajaApi>().ToList();
        foreach (var (api, path, handle) in apis.SelectMany(api => api.Routes, (api, route) => (api.Api, route.Path, route.Handle)))
        {
            app.Map(path, gateway.Serve(api, handle));
        }

        var pull = services.GetRequiredService<Pull>();
        app.Map("/pulltransactions/v1/register", gateway.Serve(Api.PullRegister, pull.Register));
        // The page says GET with a body, every SDK sends POST (docs/protocol/pull.md).
        app.Map("/pulltransactions/v1/query", gateway.Serve(Api.PullQuery, pull.Query, "GET", "POST"));
        app.MapFallback(gateway.Open(Api.None, call => NotFound(call, apis), "GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"));
    }

    // Which product's code an unknown path gets goes by its beginning (docs/protocol/result-codes.md#gateway-error-codes).
    private static Task<Answer> NotFound(Call call, IReadOnlyList<IDarajaApi> apis) => Task.FromResult(
        call.Request.Path.Value?.Split('/') is ["", "mpesa", var product, ..]
            ? (apis.FirstOrDefault(api => api.Routes.Any(route => route.Path.StartsWith($"/mpesa/{product}/", StringComparison.Ordinal)))?.Api
                ?? (product == "c2b" ? Api.C2bRegister : Api.Stk)).NotFound()
            : Api.None.NotFound());
}
