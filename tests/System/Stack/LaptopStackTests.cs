using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Nodes;
using Payments.Build;
using Payments.Tests.Faults;
using Xunit;

namespace Payments.Tests.SystemTests;

public sealed class LaptopStackTests : IAsyncLifetime
{
    private readonly int apiPort = ChildProcess.FreePort();
    private readonly int simulatorPort = ChildProcess.FreePort();
    private TemporaryPostgresFolder temporary = null!;

    private string Local => temporary.Path;

    public async ValueTask InitializeAsync() => temporary = await TemporaryPostgresFolder.Create();

    public ValueTask DisposeAsync() => temporary.DisposeAsync();

    [Fact]
    public async Task It_keeps_its_data_from_start_to_start_and_leaves_no_process_behind()
    {
        await SkipWithoutPostgres();
        string order;
        List<int> first;
        await using (var stack = await Start().Ready())
        {
            order = await Buy(stack, "254700000000");
            first = Processes();

            await using var second = StackProcess.Start(Local, ChildProcess.FreePort(), ChildProcess.FreePort());
            var (exitCode, errors) = await second.Ended();
            Assert.Equal(1, exitCode);
            AssertOneSentence(errors, "is running already");

            await stack.Signal("TERM");
            Assert.Equal(0, (await stack.Ended()).ExitCode);
        }
        AssertGone(first);

        await using var again = await Start().Ready();
        Assert.Equal(HttpStatusCode.OK, (await again.Api.GetAsync($"/api/checkouts/{order}")).StatusCode);
        var api = Processes()[0];
        await Command.Run(["sh", "-c", $"kill -KILL {api}"], TimeSpan.FromSeconds(5));

        var ended = await again.Ended();
        Assert.Equal(1, ended.ExitCode);
        AssertOneSentence(ended.Errors, "api ended by itself");
        AssertGone(first);
    }

    [Fact]
    public async Task After_a_kill_the_next_start_ends_what_was_left_and_fresh_forgets_what_was_stored()
    {
        await SkipWithoutPostgres();
        string order;
        List<int> left;
        await using (var killed = await Start().Ready())
        {
            order = await Buy(killed, "254700000000");
            left = Processes();
            await killed.Signal("KILL");
            await killed.Ended();
        }
        Assert.All(left, id => Assert.True(IsAlive(id)));

        await using var fresh = await Start("--fresh").Ready();

        AssertGone(left);
        Assert.Equal(HttpStatusCode.NotFound, (await fresh.Api.GetAsync($"/api/checkouts/{order}")).StatusCode);
    }

    [Theory]
    [InlineData(2, "The option --bogus is not known", "--bogus")]
    [InlineData(2, "The command serve is not known", "serve")]
    [InlineData(2, "needs a value", "--database")]
    [InlineData(2, "needs a port from 1 to 65535, not 0", "--api-port=0")]
    [InlineData(1, "cannot be used", "--database", "Host=127.0.0.1;Port=1;Username=nobody;Timeout=2")]
    public async Task What_cannot_be_done_is_told_in_one_sentence(int exitCode, string part, params string[] options)
    {
        await using var stack = Start(options);

        var ended = await stack.Ended();

        Assert.Equal(exitCode, ended.ExitCode);
        AssertOneSentence(ended.Errors, part);
    }

    [Theory]
    [InlineData(2, "trigger makes one of checkout.created", "trigger", "checkout.payed")]
    [InlineData(2, "grade needs the address of an endpoint", "grade", "http://shop.example/")]
    [InlineData(2, "grade needs --secret", "grade", "http://localhost:9/")]
    [InlineData(2, "--forward needs the address of an endpoint", "listen", "--forward", "localhost:3000")]
    [InlineData(2, "There is no event checkout.payed", "listen", "--events", "checkout.paid,checkout.payed")]
    [InlineData(2, "--api needs an address", "listen", "--api", "localhost:5080")]
    [InlineData(2, "The option --key is not known", "trigger", "checkout.paid", "--key", "sk_other")]
    [InlineData(1, "Nothing answers at http://127.0.0.1:9/", "listen", "--api", "http://127.0.0.1:9")]
    public async Task What_a_tool_cannot_do_is_told_in_one_sentence(int exitCode, string part, params string[] arguments)
    {
        await using var tool = StackProcess.Start(Local, apiPort, [], arguments);

        var ended = await tool.Ended();

        Assert.Equal(exitCode, ended.ExitCode);
        AssertOneSentence(ended.Errors, part);
    }

    [Fact]
    public async Task A_busy_port_is_told_in_one_sentence_with_the_option_that_helps()
    {
        using var other = new TcpListener(IPAddress.Loopback, simulatorPort);
        other.Start();

        await using var stack = Start();

        var ended = await stack.Ended();
        Assert.Equal(1, ended.ExitCode);
        AssertOneSentence(ended.Errors, $"Port {simulatorPort} is in use by another program; stop that, or choose another port with --simulator-port.");
    }

    [Fact]
    public async Task Broken_data_is_told_in_one_sentence_and_left_alone()
    {
        var stranger = Path.Combine(Local, "postgres", "data", "holiday.txt");
        Directory.CreateDirectory(Path.GetDirectoryName(stranger)!);
        await File.WriteAllTextAsync(stranger, "mine");

        await using var stack = Start();

        var ended = await stack.Ended();
        Assert.Equal(1, ended.ExitCode);
        AssertOneSentence(ended.Errors, "it is no PostgreSQL data folder");
        Assert.True(File.Exists(stranger));
    }

    private StackProcess Start(params string[] options) => StackProcess.Start(Local, apiPort, simulatorPort, options);

    private static async Task<string> Buy(StackProcess stack, string phone)
    {
        var answer = await stack.Api.PostAsJsonAsync("/api/checkouts", new { orderReference = "STACK-1", amount = 1500, phone });
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        return (string)(await answer.Content.ReadFromJsonAsync<JsonNode>())!["id"]!;
    }

    /// <summary>The API, the simulator and PostgreSQL, as the stack wrote them down.</summary>
    private List<int> Processes()
    {
        var state = JsonSerializer.Deserialize<JsonNode>(File.ReadAllText(Path.Combine(Local, "stack.json")))!;
        var started = state["Processes"]!.AsArray().Select(process => (int)process!["Id"]!).Reverse();
        return [.. started, int.Parse(File.ReadLines(Path.Combine(Local, "postgres", "data", "postmaster.pid")).First(), null)];
    }

    private static void AssertGone(IEnumerable<int> ids) => Assert.All(ids, id => Assert.False(IsAlive(id), $"process {id} is still there"));

    private static bool IsAlive(int id)
    {
        // A process that ended and that nobody has asked about yet (a zombie, "Z") is gone for every purpose.
        var status = $"/proc/{id}/stat";
        if (Directory.Exists("/proc/self"))
        {
            return File.Exists(status) && !File.ReadAllText(status).Contains(") Z ", StringComparison.Ordinal);
        }

        try
        {
            using var process = Process.GetProcessById(id);
            return !process.HasExited;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    private static void AssertOneSentence(string text, string part)
    {
        Assert.Contains(part, text, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', text.Trim());
    }

    private static async Task SkipWithoutPostgres()
    {
        var (binaries, reason) = await PostgresBinaries.Find(RepositoryRoot.Find(), null, CancellationToken.None);
        Assert.SkipWhen(binaries is null, $"No local PostgreSQL on this machine: {reason}");
    }
}
