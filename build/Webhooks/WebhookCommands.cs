using System.CommandLine;

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
        using var signals = new StopSignals();
        using var running = Running(parsed.GetValue(api), parsed.GetValue(key));
        try
        {
            await Build.Listen.Run(
                running, url, Build.Listen.Secret(RepositoryRoot.Local(RepositoryRoot.Find())),
                (parsed.GetValue(events) ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).ToHashSet(), Console.Out, signals.Token);
        }
        catch (OperationCanceledException) when (signals.Token.IsCancellationRequested)
        {
            // Ctrl-C.
        }

        return 0;
    }

    public static async Task<int> Trigger(string[] args)
    {
        var type = new Argument<string?>("type") { Arity = ArgumentArity.ZeroOrOne };
        var (api, key, simulator) = (CommandOptions.Text("--api"), CommandOptions.Text("--key"), CommandOptions.Text("--simulator"));
        var parsed = CommandOptions.Parse("trigger", args, type, api, key, simulator);
        if (parsed.GetValue(type) is not { } wanted || !Build.Trigger.Types.Contains(wanted))
        {
            throw new MisuseException($"trigger makes one of {string.Join(", ", Build.Trigger.Types)}");
        }

        using var signals = new StopSignals();
        using var running = Running(parsed.GetValue(api), parsed.GetValue(key));
        var made = await new Trigger(running, new(parsed.GetValue(simulator) ?? State()?.ApiEnvironment.GetValueOrDefault("Daraja__BaseUrl") ?? new StackOptions().SimulatorUrl))
            .Make(wanted, signals.Token);
        Console.WriteLine(made.ToJsonString(new() { WriteIndented = true }));
        return 0;
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

        using var signals = new StopSignals();
        return await new Grade(endpoint, parsed.GetValue(secret)!, Console.Out).Run(signals.Token) ? 0 : 1;
    }

    private static Uri Endpoint(string what, string? text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var url) && (url.Scheme == Uri.UriSchemeHttps || (url.Scheme == Uri.UriSchemeHttp && url.IsLoopback))
            ? url : throw new MisuseException($"{what} needs the address of an endpoint: http://localhost:…, or https anywhere");

    private static RunningApi Running(string? api, string? key)
    {
        var state = State();
        return new(api ?? state?.Url ?? new StackOptions().ApiUrl, key ?? StackSettings.ApiKey);
    }

    private static StackState? State() => StackState.ReadRunning(RepositoryRoot.Local(RepositoryRoot.Find()));
}
