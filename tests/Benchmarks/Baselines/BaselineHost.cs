namespace Payments.Benchmarks;

/// <summary>The web server of the baselines: minimal, and as quiet as the service's.</summary>
internal static class BaselineHost
{
    public static IResult Accepted { get; } = Results.Content("""{"ResultCode":0,"ResultDesc":"Accepted"}""", "application/json");

    public static WebApplication Build(string url, Action<IServiceCollection> add)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls(url);
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        add(builder.Services);
        var app = builder.Build();
        app.MapGet("/ready", () => Results.Ok());
        return app;
    }

    public static async Task<string> ReadBody(HttpRequest request)
    {
        using var reader = new StreamReader(request.Body);
        return await reader.ReadToEndAsync();
    }

    public static async Task RunUntil(WebApplication app, CancellationToken stop)
    {
        await app.StartAsync(CancellationToken.None);
        await Task.WhenAny(Task.Delay(Timeout.Infinite, stop));
        await app.StopAsync(CancellationToken.None);
    }
}
