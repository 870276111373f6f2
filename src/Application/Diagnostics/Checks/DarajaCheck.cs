using System.Globalization;

namespace Payments.Application.Diagnostics.Checks;

/// <summary>Safaricom's side: a token, nobody else minting them, the products, and that shortcode and passkey belong together.</summary>
internal sealed class DarajaCheck(IDarajaInspector daraja, IDiagnosticsStore store) : IDiagnosticCheck
{
    private const string Token = "The consumer key and secret give an access token";
    private const string Minter = "Nobody else mints tokens for this app: a new one ends the last one's life";
    private const string Products = "The app has the products this service uses";
    private const string Passkey = "Shortcode and passkey belong together";

    /// <summary>A refusal older than this is history, and whoever caused it may have stopped.</summary>
    private static readonly TimeSpan Recent = TimeSpan.FromDays(1);

    public string Name => "daraja";

    public string Subject => "Safaricom's side";

    public async Task Run(DiagnosticRun run, CancellationToken cancellation)
    {
        run.NoDaraja ??= run.NoDatabase is { } away ? $"the access token is shared through the database, and {away}" : null;
        if (run.NoDaraja is { } closed)
        {
            SkipAll(run, closed);
        }
        else if (await HasToken(run, daraja, cancellation))
        {
            var said = await daraja.Credentials(cancellation);
            await OtherMinter(run, daraja, store, said, cancellation);
            await HasProducts(run, daraja, said, cancellation);
            Belong(run, said);
        }
    }

    private static async Task<bool> HasToken(DiagnosticRun run, IDarajaInspector daraja, CancellationToken cancellation)
    {
        foreach (var app in daraja.Apps)
        {
            if ((await daraja.Token(app, cancellation)).Problem is { } problem)
            {
                run.NoDaraja = "there is no access token";
                run.Fail("daraja.token", Token, $"{Upper(problem)}.",
                    $"Compare {app.Section}__ConsumerKey and {app.Section}__ConsumerSecret with the app in the Daraja portal; an app of the sandbox has no keys "
                    + "for production, nor the other way run.");
                SkipAll(run, run.NoDaraja, withToken: false);
                return false;
            }
        }

        run.Ok("daraja.token", Token, daraja.Apps.Count > 1 ? "There is one for each of the two apps." : "There is one.");
        return true;
    }

    private static async Task OtherMinter(DiagnosticRun run, IDarajaInspector daraja, IDiagnosticsStore store, CredentialsResult said, CancellationToken cancellation)
    {
        const string Todo = "Find what else uses this app's keys (an older integration, a developer's laptop, a second database of this service) "
            + "and give it an app of its own: every token it fetches kills ours, and payments wait for another.";
        foreach (var app in daraja.Apps)
        {
            var stolen = await store.SupersededToken(app.TokenKey, cancellation);
            if (said.WasSuperseded && app.IsMain)
            {
                run.Fail("daraja.other_minter", Minter, "A token of ours that was still good was refused just now, and a new one was taken: somebody else "
                    + "has fetched one meanwhile.", Todo);
                return;
            }

            if (stolen is { } before && run.Clock.GetUtcNow() - before.At < Recent)
            {
                run.Warn("daraja.other_minter", Minter, string.Create(CultureInfo.InvariantCulture,
                    $"A token of ours that was still good was refused at {before.At:yyyy-MM-dd HH:mm}Z, {before.Times} times in all; it is good now."), Todo);
                return;
            }
        }

        run.Ok("daraja.other_minter", Minter, "No good token of ours was refused within a day.");
    }

    private static async Task HasProducts(DiagnosticRun run, IDarajaInspector daraja, CredentialsResult said, CancellationToken cancellation)
    {
        var products = await daraja.Products(cancellation);
        var missing = products.Where(p => p.IsThere == false).ToList();
        if (said.State == CredentialsState.TokenRefused && missing.Count == products.Count)
        {
            run.NoDaraja = "Safaricom refuses every token of this app";
            run.Fail("daraja.products", Products, $"Safaricom gives a token and refuses it for everything ({said.Words}).",
                "The app is of the other environment, not approved yet, or has no product: see it in the Daraja portal under My Apps.");
            return;
        }

        foreach (var product in missing)
        {
            var seen = $"{product.Name} is not on the app ({product.Words}); {product.Uses}.";
            var todo = product.Instead ?? $"Have {product.Name} added to the app in the Daraja portal; a token fetched after that knows it.";
            if (product.IsNeeded)
            {
                run.Fail("daraja.products", Products, seen, todo);
            }
            else
            {
                run.Warn("daraja.products", Products, seen, todo);
            }
        }

        var unclear = products.Where(p => p.IsThere is null).ToList();
        if (unclear.Count > 0)
        {
            run.Skip("daraja.products", Products, $"no clear answer about {string.Join(", ", unclear.Select(p => $"{p.Name} ({p.Words})"))}");
        }

        if (missing.Count + unclear.Count == 0)
        {
            run.Ok("daraja.products", Products, $"{string.Join(", ", products.Select(p => p.Name))}.");
        }
    }

    private static void Belong(DiagnosticRun run, CredentialsResult said)
    {
        switch (said.State)
        {
            case CredentialsState.Agree:
                run.Ok("daraja.passkey", Passkey, "Asked about a prompt that never was, Safaricom took both.");
                break;
            case CredentialsState.WrongPasskey:
                run.Fail("daraja.passkey", Passkey, $"Safaricom refuses the passkey of shortcode {run.Facts.Shortcode} ({said.Words}).",
                    "Set Daraja__Passkey to the one Safaricom sent for this shortcode: a whole line, without spaces at its ends.");
                break;
            case CredentialsState.UnknownShortcode:
                run.Fail("daraja.passkey", Passkey, $"Safaricom does not know the shortcode {run.Facts.Shortcode} for prompts ({said.Words}).",
                    "Set Daraja__Shortcode to the Pay Bill, or for a till to its store (head office) number.");
                break;
            case CredentialsState.TokenRefused:
                run.Skip("daraja.passkey", Passkey, $"the token was refused for the question ({said.Words})");
                break;
            case CredentialsState.Unclear:
                run.Skip("daraja.passkey", Passkey, $"no clear answer came ({said.Words})");
                break;
        }
    }

    private static void SkipAll(DiagnosticRun run, string why, bool withToken = true)
    {
        if (withToken)
        {
            run.Skip("daraja.token", Token, why);
        }

        run.Skip("daraja.other_minter", Minter, why);
        run.Skip("daraja.products", Products, why);
        run.Skip("daraja.passkey", Passkey, why);
    }

    private static string Upper(string text) => text.Length == 0 ? text : char.ToUpperInvariant(text[0]) + text[1..];
}
