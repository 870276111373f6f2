using System.Net;
using System.Net.Http.Headers;
using System.Text.RegularExpressions;
using Payments.Build;
using Payments.Tests.Faults;
using Xunit;

namespace Payments.Tests.SystemTests;

/// <summary>The laptop stack with Safaricom's sandbox on the other side, as far as it can be tried without asking Safaricom.</summary>
public sealed partial class SandboxStackTests : IAsyncLifetime
{
    // Nobody's: they are only configured here, nothing is asked for with them.
    private static readonly Dictionary<string, string> Credentials = new()
    {
        ["Daraja__ConsumerKey"] = "key-of-an-app",
        ["Daraja__ConsumerSecret"] = "secret-of-an-app",
        ["Daraja__Passkey"] = "passkey-of-an-app",
    };

    private readonly int port = ChildProcess.FreePort();
    private TemporaryPostgresFolder temporary = null!;

    public async ValueTask InitializeAsync() => temporary = await TemporaryPostgresFolder.Create();

    public ValueTask DisposeAsync() => temporary.DisposeAsync();

    [Fact]
    public async Task It_takes_the_tunnels_address_and_keys_nobody_else_has_and_keeps_them_for_the_next_start()
    {
        var (binaries, reason) = await PostgresBinaries.Find(RepositoryRoot.Find(), null, CancellationToken.None);
        Assert.SkipWhen(binaries is null, $"No local PostgreSQL on this machine: {reason}");
        await using var stand = await TunnelStandIn.Ngrok(new("https://four-words.ngrok-free.example"), $"http://localhost:{port}");
        string key;
        await using (var stack = await Start(stand).Ready())
        {
            key = KeyIn(stack.Output);
            Assert.DoesNotContain("sk_local_all", stack.Output, StringComparison.Ordinal);

            // On this machine without HTTPS; the published key opens nothing, and who comes through the tunnel is sent to https.
            Assert.Equal(HttpStatusCode.Unauthorized, (await stack.Api.GetAsync("/api/checkouts")).StatusCode);
            Assert.Equal(HttpStatusCode.OK, await Get(stack, key));
            Assert.Equal(HttpStatusCode.TemporaryRedirect, await Get(stack, key, "four-words.ngrok-free.example"));
            Assert.Equal(HttpStatusCode.TemporaryRedirect, await Get(stack, key, path: "/hangfire"));
            Assert.All(Listening(port), address => Assert.True(IPAddress.IsLoopback(address)));

            await using var doctor = StackProcess.Start(temporary.Path, port, [], "doctor", "--sample", "stk");
            Assert.Equal(1, (await doctor.Ended()).ExitCode);
            Assert.Contains("Sandbox, shortcode 174379, https://four-words.ngrok-free.example", doctor.Output, StringComparison.Ordinal);
            Assert.Contains("does not resolve", doctor.Output, StringComparison.Ordinal);

            await stack.Signal("TERM");
            Assert.Equal(0, (await stack.Ended()).ExitCode);
        }

        await using var again = await Start(stand).Ready();
        Assert.Equal(key, KeyIn(again.Output));
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(temporary.Path, "sandbox", "keys.json")));
        }
    }

    [Fact]
    public async Task Without_credentials_or_a_tunnel_every_problem_is_listed_at_once()
    {
        var (binaries, reason) = await PostgresBinaries.Find(RepositoryRoot.Find(), null, CancellationToken.None);
        Assert.SkipWhen(binaries is null, $"No local PostgreSQL on this machine: {reason}");

        await using var stack = StackProcess.Start(temporary.Path, port, [], "--api-port", $"{port}", "--tunnel", "ngrok", "--tunnel-api", "http://127.0.0.1:1");

        var (exitCode, errors) = await stack.Ended();
        Assert.Equal(1, exitCode);
        Assert.Contains("its lines above say why", errors, StringComparison.Ordinal);
        foreach (var problem in new[]
        {
            "Daraja__ConsumerKey is missing",
            "Daraja__Passkey is missing",
            $"Callbacks__Tunnel is ngrok, but no ngrok answers at http://127.0.0.1:1; it should be ngrok or cloudflared, running: ngrok http {port}",
        })
        {
            Assert.Contains(problem, stack.Output, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("takes auto, ngrok or cloudflared, not pigeon", "--tunnel", "pigeon")]
    [InlineData("--tunnel or --public-url, not both", "--tunnel", "auto", "--public-url", "https://pay.example.co.ke")]
    [InlineData("--tunnel-api goes with --tunnel", "--tunnel-api", "http://127.0.0.1:4041")]
    public async Task What_makes_no_sense_together_is_told_in_one_sentence(string part, params string[] options)
    {
        await using var stack = StackProcess.Start(temporary.Path, port, [], options);

        var (exitCode, errors) = await stack.Ended();

        Assert.Equal(2, exitCode);
        Assert.Contains(part, errors, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', errors.Trim());
    }

    [Fact]
    public async Task Without_a_running_stack_its_doctor_says_so()
    {
        await using var doctor = StackProcess.Start(temporary.Path, port, [], "doctor");
        var (exitCode, errors) = await doctor.Ended();
        Assert.Equal(1, exitCode);
        Assert.Contains("No stack runs here", errors, StringComparison.Ordinal);
    }

    private StackProcess Start(TunnelStandIn stand) =>
        StackProcess.Start(temporary.Path, port, Credentials, "--api-port", $"{port}", "--tunnel", "auto", "--tunnel-api", stand.Address);

    private static string KeyIn(string output) => Assert.Single(Key().Matches(output).Select(match => match.Groups[1].Value).Distinct());

    private static async Task<HttpStatusCode> Get(StackProcess stack, string key, string? forwardedHost = null, string path = "/api/checkouts")
    {
        using var client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = stack.Api.BaseAddress };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        client.DefaultRequestHeaders.Host = forwardedHost;
        return (await client.GetAsync(path)).StatusCode;
    }

    private static IEnumerable<IPAddress> Listening(int port) => System.Net.NetworkInformation.IPGlobalProperties.GetIPGlobalProperties()
        .GetActiveTcpListeners().Where(end => end.Port == port).Select(end => end.Address);

    [GeneratedRegex("API key \\(all scopes\\): (sk_[0-9a-f]{48})")]
    private static partial Regex Key();
}
