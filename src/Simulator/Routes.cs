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

        foreach (var version in new[] { 1, 3 })
        {
            app.Map($"/mpesa/b2c/v{version}/paymentrequest", gateway.Serve(Api.B2c, services.GetRequiredService<B2c>().Version(version)));
        }

        app.Map("/mpesa/b2b/v1/paymentrequest", gateway.Serve(Api.B2b, services.GetRequiredService<B2b>().Handle));
        app.Map("/mpesa/reversal/v1/request", gateway.Serve(Api.Reversal, services.GetRequiredService<Reversal>().Handle));
        app.Map("/mpesa/transactionstatus/v1/query", gateway.Serve(Api.Status, services.GetRequiredService<TransactionStatus>().Handle));
        app.Map("/mpesa/accountbalance/v1/query", gateway.Serve(Api.Balance, services.GetRequiredService<AccountBalance>().Handle));
        var pull = services.GetRequiredService<Pull>();
        app.Map("/pulltransactions/v1/register", gateway.Serve(Api.PullRegister, pull.Register));
        // The page says GET with a body, every SDK sends POST (docs/protocol/pull.md).
        app.Map("/pulltransactions/v1/query", gateway.Serve(Api.PullQuery, pull.Query, "GET", "POST"));
        app.MapFallback(gateway.Open(Api.None, NotFound, "GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"));
    }

    // Which product's code an unknown path gets goes by its beginning (docs/protocol/result-codes.md#gateway-error-codes).
    private static Task<Answer> NotFound(Call call) => Task.FromResult(
        call.Request.Path.Value?.Split('/') is ["", "mpesa", var product, ..]
            ? product switch
            {
                "b2c" or "accountbalance" => Api.B2c.NotFound(),
                "c2b" or "transactionstatus" => Api.C2bRegister.NotFound(),
                _ => Api.Stk.NotFound(),
            }
            : Api.None.NotFound());
}
