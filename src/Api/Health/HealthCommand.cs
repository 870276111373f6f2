using System.CommandLine;
using System.Net;
using Payments.Api.Hosting;

namespace Payments.Api.Health;

/// <summary>
/// <c>health</c>: asks the process on this machine whether it is ready and answers by the exit code. For container engines: the image has
/// no curl.
/// </summary>
internal static class HealthCommand
{
    private const string Help =
        """
        health

        Asks /health/ready of the service that listens where ASPNETCORE_URLS says, prints the answer, and exits with 0 when it is ready or degraded.
        """;

    /// <summary>Above the second the answer may take, below any engine's own limit.</summary>
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(4);

    /// <summary>The command.</summary>
    public static Command Create(CommandContext context)
    {
        var health = new Command("health", Help);
        health.SetAction((_, _) => Run(context.Output));
        return health;
    }

    /// <summary>0 when ready or degraded, 1 otherwise.</summary>
    private static async Task<int> Run(TextWriter output)
    {
        using var http = new HttpClient { Timeout = Timeout };
        try
        {
            using var answer = await http.GetAsync(new Uri(Address(
                Environment.GetEnvironmentVariable("ASPNETCORE_URLS"), Environment.GetEnvironmentVariable("ASPNETCORE_HTTP_PORTS")) + "/health/ready"));
            await output.WriteLineAsync(await answer.Content.ReadAsStringAsync());
            return answer.StatusCode == HttpStatusCode.OK ? 0 : 1;
        }
        catch (Exception silent) when (silent is HttpRequestException or TaskCanceledException or UriFormatException)
        {
            await output.WriteLineAsync(silent.Message);
            return 1;
        }
    }

    /// <summary>Where the process listens, as it was told itself; a wildcard is reached on the loopback.</summary>
    internal static string Address(string? urls, string? ports) =>
        urls?.Split(';', StringSplitOptions.RemoveEmptyEntries).FirstOrDefault() is { } url
            ? url.TrimEnd('/').Replace("://+", "://localhost", StringComparison.Ordinal).Replace("://*", "://localhost", StringComparison.Ordinal)
                .Replace("://0.0.0.0", "://localhost", StringComparison.Ordinal).Replace("://[::]", "://localhost", StringComparison.Ordinal)
            : $"http://localhost:{ports?.Split(';')[0] ?? "5000"}";
}
