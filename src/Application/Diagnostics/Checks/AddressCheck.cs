using System.Globalization;
using System.Net;
using Payments.Application.Network;

namespace Payments.Application.Diagnostics.Checks;

/// <summary>The public address as Safaricom sees it before it has sent anything: its form, its name, its certificate.</summary>
internal sealed class AddressCheck(IPublicEndpointClient endpoints, IDarajaInspector daraja) : IDiagnosticCheck
{
    /// <summary>A certificate may be for a hundred names; these many say enough.</summary>
    private const int MaxNames = 5;

    public string Name => "address";

    public string Subject => "The public address";

    public bool IsPartOf(DiagnosticRun run) => true;

    public async Task Run(DiagnosticRun run, CancellationToken cancellation)
    {
        if (!Form(run, daraja) || !Uri.TryCreate(run.Address, UriKind.Absolute, out var address))
        {
            return;
        }

        Words(run, daraja);
        await Resolution(run, endpoints, address, cancellation);
        await Certificate(run, endpoints, address, cancellation);
    }

    /// <summary>False when there is no address to look at any further.</summary>
    private static bool Form(DiagnosticRun run, IDarajaInspector daraja)
    {
        const string What = "The public address is one Safaricom can call: https, a public name";
        var name = run.IsAddressGiven ? "--url" : "Callbacks__PublicBaseUrl";
        const string Right = "Use the public HTTPS address of this service, such as https://pay.example.co.ke.";
        if (run.Address is not { Length: > 0 } address)
        {
            if (run.Facts.Broken("Callbacks__Tunnel") is { } tunnel)
            {
                run.NoWayIn = $"{tunnel.Key} {tunnel.Wrong}";
                run.Skip("address.form", What, run.NoWayIn);
                return false;
            }

            run.NoWayIn = "there is no public address";
            run.Fail("address.form", What, $"{name} is missing.", Right);
            return false;
        }

        if (daraja.WhyNotCalled(address) is { } wrong)
        {
            run.NoWayIn = "Safaricom could not call this address";
            run.Fail("address.form", What, $"{address} {wrong}.", Right);
            return true;
        }

        run.Ok("address.form", What, address.StartsWith("https:", StringComparison.OrdinalIgnoreCase) ? $"{address}." : $"{address}, which the simulator calls.");
        return true;
    }

    private static void Words(DiagnosticRun run, IDarajaInspector daraja)
    {
        const string What = "The address has none of the words Safaricom refuses";
        if (daraja.WhyNotRegistered(run.Address!) is { } refused)
        {
            run.Fail("address.words", What, refused, "Serve the callbacks under another host name or path.");
        }
        else
        {
            run.Ok("address.words", What, "None.");
        }
    }

    private static async Task Resolution(DiagnosticRun run, IPublicEndpointClient endpoints, Uri address, CancellationToken cancellation)
    {
        const string What = "The name resolves, to addresses of the Internet";
        var look = address.HostNameType == UriHostNameType.Dns
            ? await endpoints.Resolve(address.IdnHost, cancellation) : new([IPAddress.Parse(address.Host)], null);
        if (look.Addresses.Count == 0)
        {
            run.NoWayIn ??= "the name does not resolve";
            run.Fail("address.dns", What, $"{address.IdnHost} does not resolve ({look.Problem}).",
                "Add an A (or AAAA) record for the name at whoever runs its DNS, and wait for its TTL.");
            return;
        }

        var seen = $"{address.IdnHost} is {string.Join(", ", look.Addresses.Select(AddressRanges.Plain))}";
        var inner = look.Addresses.Where(a => !AddressRanges.IsPublic(a)).Select(AddressRanges.Plain).ToList();
        if (inner.Count == 0 || run.Facts.IsSimulator)
        {
            run.Ok("address.dns", What, seen + (inner.Count == 0 ? "." : ", which only the simulator reaches."));
            return;
        }

        run.NoWayIn ??= "the name is of an inner network";
        run.Fail("address.dns", What, $"{seen}; {string.Join(", ", inner)} is of an inner network, which Safaricom cannot reach.",
            "Point the name's DNS store at the public address of the proxy, and only at that. Names in /etc/hosts or an inner DNS server count here too.");
    }

    private static async Task Certificate(DiagnosticRun run, IPublicEndpointClient endpoints, Uri address, CancellationToken cancellation)
    {
        const string What = "The certificate is trusted, for this name, and lasts";
        if (address.Scheme != Uri.UriSchemeHttps)
        {
            run.Skip("address.certificate", What, run.Facts.IsSimulator ? "plain http, which only the simulator calls" : "the address is http");
            return;
        }

        if (run.NoWayIn is { } closed)
        {
            run.Skip("address.certificate", What, closed);
            return;
        }

        var look = await endpoints.Certificate(address, cancellation);
        if (look.Fault != CertificateFault.None)
        {
            run.NoWayIn = look.Fault == CertificateFault.NoConnection ? "no connection came about" : "the certificate is not accepted";
            var (seen, todo) = Explain(look, address, run.Clock.GetUtcNow());
            run.Fail("address.certificate", What, seen, todo);
            return;
        }

        var left = look.NotAfter!.Value - run.Clock.GetUtcNow();
        var end = string.Create(CultureInfo.InvariantCulture, $"It is from {look.Issuer} and ends on {Day(look.NotAfter)}, in {left.TotalDays:0} days.");
        if (left < run.Limits.CertificateLeft)
        {
            run.Warn("address.certificate", What, end, "Find out why it was not renewed by itself (certbot renew --dry-run, Caddy's log), and renew it.");
        }
        else
        {
            run.Ok("address.certificate", What, end);
        }
    }

    private static (string Seen, string Do) Explain(CertificateInspection look, Uri address, DateTimeOffset now) => look.Fault switch
    {
        CertificateFault.NoConnection => ($"No TLS connection with {address.Authority} came about: {look.Detail}.",
            "See that something listens there and speaks HTTPS, and that a firewall lets port 443 in. A machine behind NAT may not reach its own public "
            + "address: run the doctor from elsewhere with --url then."),
        CertificateFault.Expired => ($"It expired on {Day(look.NotAfter)}, {(int)(now - look.NotAfter!.Value).TotalDays} days ago.",
            "Renew it (certbot renew, or whatever made it) and reload the proxy."),
        CertificateFault.NotYetValid => ($"It begins only on {Day(look.NotBefore)}.", "Correct this machine's clock, or have the certificate made anew."),
        CertificateFault.WrongName => ($"It is for {Names(look.Names)}, not for {address.IdnHost}.",
            $"Have a certificate made for {address.IdnHost}, or use one of its names in Callbacks__PublicBaseUrl."),
        CertificateFault.SelfSigned => ("It is self-signed: nobody but its maker vouches for it, and Safaricom refuses it.",
            "Use one of a public authority: Let's Encrypt is free, and Caddy gets one by itself."),
        CertificateFault.Incomplete => ($"Its issuer, {look.Issuer}, is not sent along: browsers find it elsewhere, Safaricom does not.",
            "Give the proxy the whole chain (fullchain.pem in place of cert.pem)."),
        CertificateFault.Untrusted => ($"Its chain ends at a root nobody trusts: {look.Detail ?? look.Issuer}.",
            "Use a certificate of a public authority; an inner authority's is worth nothing to Safaricom."),
        CertificateFault.Other or CertificateFault.None => ($"Its chain is not accepted: {look.Detail}.", "Have the certificate made anew by a public authority."),
    };

    private static string Names(IReadOnlyList<string> names) => names.Count == 0 ? "no name at all"
        : string.Join(", ", names.Take(MaxNames)) + (names.Count > MaxNames ? $" and {names.Count - MaxNames} more" : "");

    private static string Day(DateTimeOffset? time) => time?.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) ?? "?";
}
