using Payments.Api.Hosting;
using Xunit;

namespace Payments.Tests.Unit;

public sealed class CommandLineTests
{
    [Theory]
    [InlineData("doctor")]
    [InlineData("keys")]
    [InlineData("privacy")]
    [InlineData("restore")]
    [InlineData("health")]
    [InlineData("hash-password")]
    [InlineData("configuration")]
    public async Task Every_command_has_help_and_stands_in_the_list_of_all(string command)
    {
        var (all, allCode, _) = await Run("--help");
        var (help, code, _) = await Run(command, "--help");
        var (told, _, _) = await Run("--help", command);

        Assert.Equal((0, 0), (allCode, code));
        Assert.Contains($"-- {command}", all, StringComparison.Ordinal);
        Assert.StartsWith(command, help.TrimStart(), StringComparison.Ordinal);
        Assert.Equal(help, told);
    }

    [Theory]
    [InlineData("The command serve is not known", "serve")]
    [InlineData("The command Doctor is not known", "Doctor")]
    [InlineData("--bogus is not understood", "doctor", "--bogus")]
    [InlineData("json=yes is not understood", "doctor", "json=yes")]
    [InlineData("The option --url needs a value", "doctor", "--url")]
    [InlineData("There is no sample mpesa, only stk, c2b, b2c, b2b, reversal, status, balance, all", "doctor", "--sample", "mpesa")]
    [InlineData("There is no sample mpesa, only stk, c2b, b2c, b2b, reversal, status, balance, all", "doctor", "--sample", "stk", "--sample", "mpesa")]
    [InlineData("hash-password takes no word", "hash-password", "word")]
    [InlineData("keys needs one of create, list, revoke and rotate", "keys")]
    [InlineData("keys has no make, only create, list, revoke and rotate", "keys", "make")]
    [InlineData("configuration takes no --in=file", "configuration", "--in=file")]
    [InlineData("--json=yes is not understood", "doctor", "--json=yes")]
    [InlineData("The option --client is given twice", "keys", "list", "--client", "a", "--client=b")]
    [InlineData("keys rotate needs a KEY_ID", "keys", "rotate")]
    [InlineData("word is no key's id", "keys", "revoke", "word")]
    [InlineData("The option --overlap-minutes needs whole minutes such as 1440, not soon", "keys", "rotate", "word", "--overlap-minutes", "soon")]
    [InlineData("The option --expires needs a date such as 2027-01-31, not never", "keys", "create", "--expires=never")]
    [InlineData("privacy show needs --phone", "privacy", "show")]
    [InlineData("restore has no undo, only prepare, status and release", "restore", "undo")]
    public async Task What_is_not_understood_is_told_in_one_sentence_with_exit_code_2(string sentence, params string[] args)
    {
        var (output, code, errors) = await Run(args);

        Assert.Equal(2, code);
        Assert.Contains(sentence, errors, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', errors.Trim());
        Assert.Empty(output);
    }

    [Fact]
    public async Task A_service_that_is_not_configured_lists_every_problem_and_ends_with_1()
    {
        var (_, code, errors) = await Run("--Daraja:Environment=Production", "--Daraja:Pasky=hush", "--Limits:RequestsPerKey=many", "--Daraja:Timeouts:Money=soon");

        Assert.Equal(1, code);
        Assert.Contains("Daraja__Pasky is not known; it should be perhaps Daraja__Passkey", errors, StringComparison.Ordinal);
        Assert.Contains("Limits__RequestsPerKey 'many' is no number; it should be such as 500", errors, StringComparison.Ordinal);
        Assert.Contains("Daraja__Timeouts__Money 'soon' is no time; it should be such as 00:00:30", errors, StringComparison.Ordinal);
        Assert.Contains("ConnectionStrings__Payments is missing", errors, StringComparison.Ordinal);
        Assert.DoesNotContain("hush", errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Host=db;Pasword=hush-hush", "is no connection string of PostgreSQL")]
    [InlineData("Database=payments", "names no Host")]
    public async Task A_connection_string_that_is_none_is_said_to_be_none_without_its_password(string given, string wrong)
    {
        var (_, _, errors) = await Run($"--ConnectionStrings:Payments={given}");

        Assert.Contains($"ConnectionStrings__Payments {wrong}", errors, StringComparison.Ordinal);
        Assert.DoesNotContain("hush-hush", errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Production", "auto", null, "Callbacks__Tunnel is set, but production is no place for a laptop's tunnel")]
    [InlineData("Sandbox", "pigeon", null, "Callbacks__Tunnel 'pigeon' is none")]
    [InlineData("Sandbox", "auto", "http://tunnel.example.com:4040", "Callbacks__TunnelApi is no http address of this machine")]
    [InlineData("Sandbox", "ngrok", "http://127.0.0.1:1", "Callbacks__Tunnel is ngrok, but no ngrok answers at http://127.0.0.1:1")]
    public async Task A_tunnel_that_cannot_be_used_is_named_among_the_other_problems(string environment, string tunnel, string? api, string wrong)
    {
        string[] args = [$"--Daraja:Environment={environment}", $"--Callbacks:Tunnel={tunnel}", .. api is null ? [] : new[] { $"--Callbacks:TunnelApi={api}" }];

        var (_, code, errors) = await Run(args);

        Assert.Equal(1, code);
        Assert.Contains(wrong, errors, StringComparison.Ordinal);
        Assert.DoesNotContain("Callbacks__PublicBaseUrl", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_root_of_a_test_is_refused_where_safaricom_calls()
    {
        var (_, _, errors) = await Run("--Daraja:Environment=Sandbox", "--Doctor:TrustedRootPath=/tmp/root.pem");
        Assert.Contains("Doctor__TrustedRootPath is set, but Safaricom trusts public roots only", errors, StringComparison.Ordinal);
    }

    private static async Task<(string Output, int Code, string Errors)> Run(params string[] args)
    {
        using var output = new StringWriter();
        using var errors = new StringWriter();
        var code = await CommandLine.Run(args, output, errors);
        return (output.ToString(), code, errors.ToString());
    }
}
