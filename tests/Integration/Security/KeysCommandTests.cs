using System.Text.RegularExpressions;
using Payments.Api.Hosting;
using Xunit;

namespace Payments.Tests.Integration;

/// <summary>API keys from the command line, as plain text for whoever pipes them.</summary>
public sealed partial class KeysCommandTests(TestDatabase databases) : Running(databases)
{
    [Fact]
    public async Task Keys_are_made_listed_replaced_and_ended()
    {
        var made = await Done("create", "--client", "kiosk", "--scopes", "checkouts,payouts", "--expires=2099-12-31", "--payout-limit", "5000", "--daily-payout-limit=20000.5");
        var id = Id().Match(made).Value;
        Assert.Contains("  kiosk  checkouts,payouts  made ", made, StringComparison.Ordinal);
        Assert.Contains("  expires 2099-12-31 00:00:00Z  never used  at most KES 5000 a payout  at most KES 20000.5 a day", made, StringComparison.Ordinal);
        Assert.Contains("The key, shown this once: sk_", made, StringComparison.Ordinal);

        var rotated = await Done("rotate", id, "--overlap-minutes", "60");
        var next = Id().Match(rotated).Value;
        Assert.NotEqual(id, next);

        Assert.Contains("  revoked ", await Done("revoke", next), StringComparison.Ordinal);
        Assert.Equal([id, next], Id().Matches(await Done("list", "--client", "kiosk")).Select(match => match.Value).Order(StringComparer.Ordinal));
        Assert.Equal("", await Done("list", "--client", "nobody"));
    }

    [Fact]
    public async Task What_the_service_would_refuse_is_said_with_the_same_words()
    {
        var (code, output) = await Run("create", "--client", "kiosk", "--scopes", "everything");

        Assert.Equal(2, code);
        Assert.StartsWith("Scopes", output, StringComparison.OrdinalIgnoreCase);
    }

    private async Task<string> Done(params string[] args)
    {
        var (code, output) = await Run(args);
        Assert.True(code == 0, output);
        return output;
    }

    private async Task<(int Code, string Output)> Run(params string[] args)
    {
        await using var output = new StringWriter();
        var code = await CommandLine.Run(["keys", .. args, .. Host.Configuration], output, output);
        return (code, output.ToString());
    }

    [GeneratedRegex("^key_[^ ]+", RegexOptions.Multiline)]
    private static partial Regex Id();
}
