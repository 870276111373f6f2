using Hangfire;
using Hangfire.PostgreSql;
using Npgsql;

namespace Payments.Benchmarks;

/// <summary>The obvious way to answer quickly: one Hangfire job for each callback, Hangfire as it comes.</summary>
internal static class NaiveServer
{
    public static async Task<int> Run(string url, string connectionString, CancellationToken stop)
    {
        // Hangfire enqueues synchronously: with the pool's few threads 256 requests at once would starve it, and the baseline would be a straw man.
        ThreadPool.SetMinThreads(320, 320);
        await using var database = GuidePayments.Open(connectionString);
        await GuidePayments.CreateTable(database);
        await using var app = BaselineHost.Build(url, services =>
        {
            services.AddSingleton(database);
            services.AddHangfire(config => config.UsePostgreSqlStorage(options => options.UseNpgsqlConnection(connectionString)));
            services.AddHangfireServer();
        });
        app.MapPost("/callback", async (HttpRequest request, IBackgroundJobClient jobs) =>
        {
            var body = await BaselineHost.ReadBody(request);
            jobs.Enqueue<SettleJob>(job => job.Run(body));
            return BaselineHost.Accepted;
        });
        await BaselineHost.RunUntil(app, stop);
        return 0;
    }
}

/// <summary>One callback's job.</summary>
public sealed class SettleJob(NpgsqlDataSource database)
{
    /// <summary>Settles the payment a callback is about.</summary>
    public Task Run(string body) => GuidePayments.Settle(database, body);
}
