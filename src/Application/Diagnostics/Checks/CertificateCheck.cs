namespace Payments.Application.Diagnostics.Checks;

/// <summary>Whether the certificate that encrypts the initiator's password is Safaricom's for this environment. Nobody is asked.</summary>
internal sealed class CertificateCheck(IDarajaInspector daraja) : IDiagnosticCheck
{
    private const string What = "The certificate that encrypts the initiator's password is this environment's";

    public string Name => "daraja.certificate";

    public string Subject => "The initiator's certificate";

    public Task Run(DiagnosticRun run, CancellationToken cancellation)
    {
        var apps = daraja.Apps.Where(app => app.Initiator is not null).ToList();
        if (apps.Count == 0)
        {
            run.Skip("daraja.certificate", What, "no initiator is configured: nothing is paid out or reversed");
            return Task.CompletedTask;
        }

        foreach (var app in apps)
        {
            if (app.CredentialProblem is { } problem)
            {
                run.SpoiltCredentials.Add(app.TokenKey);
                run.Fail("daraja.certificate", What, $"{app.Section}__CertificatePath {problem}.",
                    "Save Safaricom's certificate for this environment there.");
            }
            else if (daraja.WrongCertificate(app) is { } other)
            {
                run.SpoiltCredentials.Add(app.TokenKey);
                run.Fail("daraja.certificate", What, $"{app.Section}__CertificatePath {other}.",
                    "Save Safaricom's certificate for this environment there; with the other one every payout fails as \"initiator information is invalid\".");
            }
            else
            {
                run.Ok("daraja.certificate", What, $"{app.Section}__CertificatePath encrypts, and is not known to be the other environment's.");
            }
        }

        return Task.CompletedTask;
    }
}
