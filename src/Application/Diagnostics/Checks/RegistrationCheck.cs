using Payments.Application.C2b;
using Payments.Application.Common;

namespace Payments.Application.Diagnostics.Checks;

/// <summary>Whether Safaricom tells of payments by hand, and tells it to this address.</summary>
internal sealed class RegistrationCheck(IC2bPayments payments) : IDiagnosticCheck
{
    private const string What = "Payments by hand are told to this address (C2B registration)";
    private const string Register = "Register: POST /api/ops/c2b/register with a key that has the scope ops.";

    public string Name => "c2b.registration";

    public string Subject => "Payments by hand";

    public async Task Run(DiagnosticRun run, CancellationToken cancellation)
    {
        if (run.NoDatabase is { } away)
        {
            run.Skip("c2b.registration", What, $"it is kept in the database, and {away}");
            return;
        }

        var all = await payments.Registrations(cancellation);
        if (all.FirstOrDefault(r => r.Shortcode == run.Facts.Shortcode) is not { } registration)
        {
            run.Warn("c2b.registration", What, $"No URLs are registered for {run.Facts.Shortcode}: what customers pay to it by hand is told to nobody.",
                Register + " The sandbox's 174379 is for prompts only and cannot be registered.");
            return;
        }

        if (all.FirstOrDefault(r => r.Shortcode == run.Facts.Shortcode && r.IsNext) is { } next)
        {
            run.Warn("c2b.renewal", "A new token in the C2B addresses has taken the place of the old one",
                $"It was asked for, and Safaricom has not clearly taken it ({EnumNames.Name(next.State)}): confirmations with the old token count too. {next.Detail}",
                run.Facts.IsProduction
                    ? "Have the URLs deleted in the M-PESA portal (two operators), then POST /api/ops/c2b/register: the new token is used."
                    : Register + " The new token is used.");
        }

        var host = Address(registration.ConfirmationUrl);
        switch (registration.State)
        {
            case RegistrationState.Registered when run.Address is { } current && !registration.ConfirmationUrl.StartsWith(current + "/", StringComparison.Ordinal):
                run.Fail("c2b.registration", What, $"Registered is {host}, but the public address is {current} now: Safaricom tells it to the old one.",
                    run.Facts.IsProduction
                        ? "Keep the old address alive, or have the URLs deleted in the M-PESA portal (two operators) and register again: production registers once."
                        : Register);
                break;
            case RegistrationState.Registered:
                run.Ok("c2b.registration", What, $"{registration.Version}, {registration.ResponseType}, at {host}.");
                break;
            case RegistrationState.InDoubt or RegistrationState.Calling:
                run.Warn("c2b.registration", What, $"It was asked for, and no clear answer came. {registration.Detail}",
                    Register + " The same URLs are sent, which does no harm.");
                break;
            case RegistrationState.Refused:
                run.Warn("c2b.registration", What, $"It was refused. {registration.Detail}", Register);
                break;
        }
    }

    /// <summary>Everything before our own path: what follows is a secret.</summary>
    private static string Address(string url) => url[..Math.Max(0, url.IndexOf("/callbacks/", StringComparison.Ordinal))];
}
