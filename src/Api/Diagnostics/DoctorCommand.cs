using System.CommandLine;
using System.Text.Json;
using MediatR;
using Payments.Api.Hosting;
using Payments.Application.Common;
using Payments.Application.Diagnostics;
using Payments.Infrastructure.Callbacks;
using Payments.Infrastructure.Daraja;
using Payments.Infrastructure.Diagnostics;
using Payments.Infrastructure.Hosting;

namespace Payments.Api.Diagnostics;

/// <summary>
/// <c>doctor</c>: looks at a deployment from its own configuration, in a process of its own, so that it works where the service does not start.
/// </summary>
internal static class DoctorCommand
{
    private const string Help =
        """
        doctor [--url https://…] [--json] [--no-initiator] [--sample stk|c2b|b2c|b2b|reversal|status|balance|all]

        Looks at configuration, database, public address (name, certificate, redirects), the way in (signed probes), Safaricom's side (token,
        products, passkey, initiator) and what lately happened. Each finding: what was checked, what was seen, what to do.

          --url             look at this address in place of Callbacks__PublicBaseUrl, before the configuration is changed
          --json            the findings as JSON, as GET /api/ops/doctor answers them
          --no-initiator    leave the initiator's credentials alone; they are tried once for each configured value at most
          --sample KIND     only send Safaricom's sample payloads of a kind to the public address; none touches a payment

        Exit codes: 0 nothing to do; 1 at least one problem; 2 not understood; 3 no problem, but a warning.
        """;

    private const int HasProblem = 1;
    private const int HasWarning = 3;

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new UtcTimes() },
    };

    /// <summary>The command.</summary>
    public static Command Create(CommandContext context)
    {
        var (url, sample) = (Last("--url"), Last("--sample"));
        var (json, noInitiator) = (new Option<bool>("--json"), new Option<bool>("--no-initiator"));
        sample.Validators.Add(result =>
        {
            if (result.Tokens is [.., var kind] && !SampleKinds.All.Contains(kind.Value))
            {
                result.AddError($"There is no sample {kind.Value}, only {string.Join(", ", SampleKinds.All)}");
            }
        });
        var doctor = new Command("doctor", Help) { url, sample, json, noInitiator };
        doctor.SetAction((parsed, _) => Run(context, parsed.GetValue(json), new()
        {
            Url = parsed.GetValue(url),
            Sample = parsed.GetValue(sample),
            LeavesInitiator = parsed.GetValue(noInitiator),
        }));
        return doctor;
    }

    /// <summary>An option that may be given again: what was said last counts.</summary>
    private static Option<string> Last(string name) => new(name) { Arity = ArgumentArity.OneOrMore, CustomParser = result => result.Tokens[^1].Value };

    private static async Task<int> Run(CommandContext context, bool isJson, RunDoctor request)
    {
        var builder = WebApplication.CreateBuilder([.. context.Configuration]);
        var settings = Settings.Read(builder.Configuration);
        var address = settings.Callbacks.PublicBaseUrl;
        await using var services = Services(builder.Configuration, settings, address);
        var report = isJson
            ? await services.GetRequiredService<IMediator>().Send(request)
            : await Tell(context, settings, request, services.GetRequiredService<IMediator>(), request.Url ?? address);
        if (isJson)
        {
            await context.Output.WriteLineAsync(JsonSerializer.Serialize(DoctorView.Of(report), Json));
        }

        return !report.Ok ? HasProblem : report.Findings.Any(f => f.State == FindingState.Warning) ? HasWarning : 0;
    }

    /// <summary>For people: each finding as it is made.</summary>
    private static async Task<DiagnosticReport> Tell(CommandContext context, Settings settings, RunDoctor request, IMediator mediator, string? address)
    {
        var text = new DoctorText(context);
        text.Write($"{settings.Daraja.Kind}, shortcode {settings.Daraja.Shortcode ?? "unknown"}, {address ?? "no public address"}\n");
        var report = await mediator.Send(request with { Progress = text.Write });
        text.WriteEnd(report, withHand: request.Sample is null);
        return report;
    }

    /// <summary>
    /// The service's own parts without its host: nothing listens, migrates or runs jobs. What is wrong in the configuration has been read; in
    /// its place stands something harmless, so that the parts can be made, and the facts say not to use them.
    /// </summary>
    private static ServiceProvider Services(ConfigurationManager configuration, Settings settings, string? address)
    {
        var facts = settings.Facts(() => address);
        var stand = new Dictionary<string, string?>();
        if (facts.Broken("Callbacks__Secrets") is not null)
        {
            foreach (var name in configuration.GetSection("Callbacks:Secrets").GetChildren().Select(child => child.Path).Append("Callbacks:Secrets:0"))
            {
                stand[name] = Convert.ToBase64String(new byte[CallbackOptions.LeastSecretBytes]);
            }
        }

        if (!Uri.TryCreate(address, UriKind.Absolute, out _))
        {
            stand["Callbacks:PublicBaseUrl"] = "https://unknown.invalid";
        }

        configuration.AddInMemoryCollection(stand);
        var connection = facts.Broken("ConnectionStrings") is null ? settings.ConnectionString : "Host=unknown.invalid";
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddSingleton(settings.C2b);
        services.AddInfrastructure(connection, Roles.None, new("", ""));
        services.AddDaraja(configuration);
        services.AddDiagnostics(configuration, _ => facts, settings.Port);
        return services.BuildServiceProvider();
    }
}
