using System.Text.Json;
using MediatR;
using Payments.Api.Hosting;
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
    public const string Help =
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

    /// <summary>Runs it; answers the exit code.</summary>
    public static async Task<int> Run(string[] args, TextWriter output, TextWriter errors)
    {
        if (CommandOptions.Read(args.Skip(1), ["url", "sample"], ["json", "no-initiator"], out var wrong) is not { } options)
        {
            return await CommandLine.Misuse(errors, wrong);
        }

        if (options.Values.GetValueOrDefault("sample") is { } kind && !SampleKinds.All.Contains(kind))
        {
            return await CommandLine.Misuse(errors, $"There is no sample {kind}, only {string.Join(", ", SampleKinds.All)}");
        }

        var builder = WebApplication.CreateBuilder([.. options.Configuration]);
        var settings = Settings.Read(builder.Configuration);
        var address = settings.Callbacks.PublicBaseUrl;
        await using var services = Services(builder.Configuration, settings, address);
        var isText = !options.Flags.Contains("json");
        if (isText)
        {
            await output.WriteLineAsync(
                $"{settings.Daraja.Kind}, shortcode {settings.Daraja.Shortcode ?? "unknown"}, "
                + $"{options.Values.GetValueOrDefault("url") ?? address ?? "no public address"}\n");
        }

        var report = await services.GetRequiredService<IMediator>().Send(new RunDoctor
        {
            Url = options.Values.GetValueOrDefault("url"),
            Sample = options.Values.GetValueOrDefault("sample"),
            LeavesInitiator = options.Flags.Contains("no-initiator"),
            Progress = isText ? finding => DoctorText.Write(output, finding) : null,
        });
        if (isText)
        {
            DoctorText.WriteEnd(output, report, withHand: !options.Values.ContainsKey("sample"));
        }
        else
        {
            await output.WriteLineAsync(JsonSerializer.Serialize(DoctorView.Of(report), Json));
        }

        return !report.Ok ? HasProblem : report.Findings.Any(f => f.State == FindingState.Warning) ? HasWarning : 0;
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
