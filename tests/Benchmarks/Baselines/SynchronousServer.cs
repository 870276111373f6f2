namespace Payments.Benchmarks;

/// <summary>What integration guides show: parse, SELECT and UPDATE inside the request.</summary>
internal static class SynchronousServer
{
    public static async Task<int> Run(string url, string connectionString, CancellationToken stop)
    {
        await using var database = GuidePayments.Open(connectionString);
        await GuidePayments.CreateTable(database);
        await using var app = BaselineHost.Build(url, _ => { });
        app.MapPost("/callback", async (HttpRequest request) =>
        {
            await GuidePayments.Settle(database, await BaselineHost.ReadBody(request));
            return BaselineHost.Accepted;
        });
        await BaselineHost.RunUntil(app, stop);
        return 0;
    }
}
