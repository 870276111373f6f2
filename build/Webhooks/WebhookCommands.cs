using System.CommandLine;
using Payments.Application.Events;

namespace Payments.Build;

/// <summary>The arguments of the commands for webhooks.</summary>
internal static class WebhookCommands
{
    public static async Task<int> Listen(string[] args)
    {
        var (forward, events) = (CommandOptions.Text("--forward"), CommandOptions.Text("--events"));
        var (api, key) = (CommandOptions.Text("--api"), CommandOptions.Text("--key"));
        var parsed = CommandOptions.Parse("listen", args, forward, events, api, key);
        var url = parsed.GetValue(forward) is { } text ? Endpoint("--forward", text) : null;
        var types = (parsed.GetValue(events) ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).ToHashSet();
        if (types.FirstOrDefault(type => !EventTypes.All.Contains(type)) is { } unknown)
        {
            throw new MisuseException($"There is no event {unknown}; --events takes {string.Join(", ", EventTypes.All)}");
        }

        using var running = new RunningApi(Api(parsed.GetValue(api)), parsed.GetValue(key) ?? await Key());
        return await UntilStopped(0, async stop =>
        {
            await Build.Listen.Run(running, url, Build.Listen.Secret(Local), types, Console.Out, stop);
            return 0;
        });
    }

    public static async Task<int> Trigger(string[] args)
    {
        var type = new Argument<string?>("type") { Arity = ArgumentArity.ZeroOrOne };
        var (api, simulator) = (CommandOptions.Text("--api"), CommandOptions.Text("--simulator"));
        var parsed = CommandOptions.Parse("trigger", args, type, api, simulator);
        if (parsed.GetValue(type) is not { } wanted || !Build.Trigger.Types.Contains(wanted))
        {
            throw new MisuseException($"trigger makes one of {string.Join(", ", Build.Trigger.Types)}");
        }

        var state = StackState.ReadRunning(Local);
        if (IsSandbox(state))
        {
            throw new StartProblemException("The running stack works with Safaricom's sandbox, where nobody can be made to pay; trigger needs one with the simulator");
        }

        // No other key: a service with Safaricom behind it refuses to start with this one, so that nothing here ever moves money.
        using var running = new RunningApi(Api(parsed.GetValue(api)), StackSettings.ApiKey);
        var trigger = new Trigger(running, Address("--simulator", parsed.GetValue(simulator) ?? state?.ApiEnvironment.GetValueOrDefault("Daraja__BaseUrl") ?? new StackOptions().SimulatorUrl));
        return await UntilStopped(1, async stop =>
        {
            Console.WriteLine((await trigger.Make(wanted, stop)).ToJsonString(new() { WriteIndented = true }));
            return 0;
        });
    }

    public static async Task<int> Grade(string[] args)
    {
        var (url, secret) = (new Argument<string?>("url") { Arity = ArgumentArity.ZeroOrOne }, CommandOptions.Text("--secret"));
        var parsed = CommandOptions.Parse("grade", args, url, secret);
        var endpoint = Endpoint("grade", parsed.GetValue(url));
        if (!SignedEvent.IsSecret(parsed.GetValue(secret)))
        {
            throw new MisuseException("grade needs --secret whsec_…, the secret that the endpoint verifies with");
        }

        return await UntilStopped(1, async stop => await new Grade(endpoint, parsed.GetValue(secret)!, Console.Out).Run(stop) ? 0 : 1);
    }

    private static Uri Endpoint(string what, string? text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var url) && (url.Scheme == Uri.UriSchemeHttps || (url.Scheme == Uri.UriSchemeHttp && url.IsLoopback))
            ? url : throw new MisuseException($"{what} needs the address of an endpoint: http://localhost:…, or https anywhere");

    private static string Local => RepositoryRoot.Local(RepositoryRoot.Find());

    private static Uri Api(string? given) => Address("--api", given ?? StackState.ReadRunning(Local)?.Url ?? new StackOptions().ApiUrl);

    private static Uri Address(string option, string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var url) && (url.Scheme == Uri.UriSchemeHttps || url.Scheme == Uri.UriSchemeHttp)
            ? url : throw new MisuseException($"{option} needs an address such as http://localhost:5080, not {text}");

    private static bool IsSandbox(StackState? state) => state?.ApiEnvironment.GetValueOrDefault("Daraja__Environment") == "Sandbox";

    /// <summary>The running stack's; one that the Internet reaches has a key of its own.</summary>
    private static async Task<string> Key()
    {
        return IsSandbox(StackState.ReadRunning(Local)) ? (await StackKeys.Load(RepositoryRoot.Find(), LaptopStack.SandboxIn(Local))).ApiKey : StackSettings.ApiKey;
    }

    /// <summary>Ctrl-C ends a command without a word.</summary>
    private static async Task<int> UntilStopped(int stopped, Func<CancellationToken, Task<int>> run)
    {
        using var signals = new StopSignals();
        try
        {
            return await run(signals.Token);
        }
        catch (OperationCanceledException) when (signals.Token.IsCancellationRequested)
        {
            return stopped;
        }
    }
}
