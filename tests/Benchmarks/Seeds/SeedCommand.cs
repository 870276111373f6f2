using System.Globalization;
using System.Text;
using Npgsql;
using Payments.Build;
using Payments.Infrastructure.Callbacks;

namespace Payments.Benchmarks;

/// <summary><c>bench seed</c>: attempts waiting in a running service's database, and their callbacks in a file for any load generator.</summary>
internal static class SeedCommand
{
    // More than a day of the whole country; beyond it the number is a typing mistake.
    private const int Most = 10_000_000;

    // Rows in one transaction: the memory of the command stays the same however many are asked for.
    private const int Chunk = 50_000;

    public static async Task<int> Run(string[] args, CancellationToken stop)
    {
        var given = Read(args);
        var count = int.TryParse(given.GetValueOrDefault("--count"), NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is >= 1 and <= Most
            ? number
            : throw new MisuseException($"bench seed needs --count from 1 to {Most}");
        var file = given.GetValueOrDefault("--out") ?? throw new MisuseException("bench seed needs --out FILE");

        // What the running stack told its API comes by environment from `build`; without one, the laptop stack's published values.
        var published = StackSettings.Api(new StackOptions(), RepositoryRoot.Local(RepositoryRoot.Find()), "");
        string Setting(string key) => Environment.GetEnvironmentVariable(key) is { Length: > 0 } value ? value : published[key];
        var connection = (given.GetValueOrDefault("--database") ?? Setting("ConnectionStrings__Payments")) is { Length: > 0 } found
            ? found
            : throw new BenchProblemException("No stack is running: start one with dotnet run --project build, or give --database a connection string.");
        if (given.GetValueOrDefault("--api") is { } api)
        {
            await CheckApi(api, stop);
        }

        var tokens = new CallbackTokens(
            [Secret(given.GetValueOrDefault("--secret") ?? Setting("Callbacks__Secrets__0"))], given.GetValueOrDefault("--shortcode") ?? Setting("Daraja__Shortcode"));
        await using var database = NpgsqlDataSource.Create(connection);
        await using var output = new StreamWriter(file, append: false, new UTF8Encoding(false));
        for (var left = count; left > 0; left -= Chunk)
        {
            var now = await Now(database, stop);
            var seeds = Seed.Make(Math.Min(left, Chunk), tokens, now);
            await Seeder.Write(database, seeds, now, stop);
            foreach (var seed in seeds)
            {
                await output.WriteAsync($"{seed.Path}\t{seed.Body}\n".AsMemory(), stop);
            }
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{count} attempts wait for their callback; {file} has it for each, one path<TAB>body a line."));
        return 0;
    }

    private static Dictionary<string, string> Read(string[] args)
    {
        string[] known = ["--count", "--out", "--api", "--database", "--secret", "--shortcode"];
        var given = new Dictionary<string, string>(StringComparer.Ordinal);
        for (var i = 0; i < args.Length; i += 2)
        {
            if (!known.Contains(args[i]))
            {
                throw new MisuseException($"bench seed does not know {args[i]}");
            }

            if (i + 1 == args.Length)
            {
                throw new MisuseException($"{args[i]} needs a value");
            }

            given[args[i]] = args[i + 1];
        }

        return given;
    }

    private static byte[] Secret(string base64)
    {
        try
        {
            return Convert.FromBase64String(base64);
        }
        catch (FormatException)
        {
            throw new MisuseException("The callback secret is not base64");
        }
    }

    private static async Task CheckApi(string api, CancellationToken stop)
    {
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(5) };
        try
        {
            (await http.GetAsync(new Uri(new Uri(api), "/health/ready"), stop)).EnsureSuccessStatusCode();
        }
        catch (Exception away) when (away is HttpRequestException or TaskCanceledException or UriFormatException && !stop.IsCancellationRequested)
        {
            throw new BenchProblemException($"No API is ready at {api}: {away.Message}");
        }
    }

    private static async Task<DateTimeOffset> Now(NpgsqlDataSource database, CancellationToken stop)
    {
        await using var command = database.CreateCommand("SELECT now()");
        return new((DateTime)(await command.ExecuteScalarAsync(stop))!, TimeSpan.Zero);
    }
}
