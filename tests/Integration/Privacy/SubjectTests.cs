using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Payments.Application.Common;
using Payments.Application.Privacy;
using Xunit;

namespace Payments.Tests.Integration;

/// <summary>A person asks what is kept of him, or wants it erased (docs/privacy.md).</summary>
public sealed class SubjectTests(RegisteredPaybill running) : IClassFixture<RegisteredPaybill>
{
    private static readonly Caller Desk = new("", SeesAll: true, null) { Actor = "command/desk" };

    private readonly PaymentsHost host = running.Host;

    [Fact]
    public async Task Everything_kept_of_a_number_is_shown_and_nothing_of_others()
    {
        var paid = await host.Until(await host.Checkout("254700061001"), "paid");
        var other = await host.Until(await host.Checkout("254700061002"), "paid");
        var stray = PaymentsHost.NewReceipt();
        Assert.Equal("unmatched", await host.Confirm(running.Token, PaybillHost.Body(stray, "NOBODY-2", msisdn: "254700061001")));
        var payout = await host.UntilTransfer(await host.Payout("254700061001"), "completed");

        var answer = await host.Send(new ShowSubject(Desk, "0700 061 001"));

        var data = JsonNode.Parse(answer.Value!.Data!)!;
        Assert.Equal((string?)paid["orderReference"], (string?)data["checkouts"]!.AsArray().Single()!["orderReference"]);
        Assert.Equal((string?)paid["payment"]!["receipt"], (string?)data["checkouts"]![0]!["payments"]![0]!["receipt"]);
        Assert.Equal(("254700061001", "JOHN"), ((string?)data["paymentsWithoutOrder"]![0]!["payer"], (string?)data["paymentsWithoutOrder"]![0]!["payerName"]));
        Assert.Equal((string?)payout["receipt"], (string?)data["payouts"]!.AsArray().Single()!["receipt"]);
        Assert.True(data["callbacks"]!.AsArray().Count >= 3);
        Assert.DoesNotContain("254700061002", answer.Value.Data, StringComparison.Ordinal);
        Assert.DoesNotContain((string)other["orderReference"]!, answer.Value.Data, StringComparison.Ordinal);
        var line = await host.Sql<string>("SELECT a::text FROM audit_log a WHERE action = 'subject.show' ORDER BY id DESC LIMIT 1");
        Assert.Contains("command/desk", line, StringComparison.Ordinal);
        Assert.DoesNotContain("254700061001", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Erasing_a_number_leaves_the_money_and_says_what_had_to_stay()
    {
        var paid = await host.Until(await host.Checkout("254700061011"), "paid");
        var payout = await host.UntilTransfer(await host.Payout("254700061011"), "completed");
        var stray = PaymentsHost.NewReceipt();
        Assert.Equal("unmatched", await host.Confirm(running.Token, PaybillHost.Body(stray, "NOBODY-3", msisdn: "254700061011")));

        var answer = (await host.Send(new EraseSubject(Desk, "254700061011"))).Value!;

        // The stray money has not gone back: whose it is must be known until it has.
        Assert.Equal(1, answer.Rows - answer.Erased);
        Assert.Null((string?)(await host.Get(paid))["phone"]);
        Assert.Equal(1500m, (decimal)(await host.Get(paid))["amountPaid"]!);
        Assert.Null((string?)(await host.GetTransfer(payout))["recipient"]);
        Assert.Equal("254700061011", (string?)(await host.Receipt(stray))!["payer"]);
        foreach (var table in new[] { "checkouts", "attempts", "payouts", "refunds", "idempotency_keys", "audit_log" })
        {
            Assert.Equal((table, ""), (table, await host.Sql<string>($"SELECT coalesce(string_agg(t::text, '; '), '') FROM {table} t WHERE t::text LIKE '%700061011%'")));
        }

        // What events told goes and stays with what they told of.
        Assert.Equal("receipt.unmatched", await host.Sql<string>("SELECT string_agg(type, ' ') FROM events WHERE data LIKE '%700061011%'"));
        var told = (await host.Ops.GetFromJsonAsync<JsonNode>("/api/events?limit=100"))!["items"]!.AsArray().Last(e => (string?)e!["type"] == "checkout.paid")!;
        Assert.Equal(((string?)paid["id"], 1500m, null), ((string?)told["data"]!["id"], (decimal)told["data"]!["amountPaid"]!, (string?)told["data"]!["phone"]));

        Assert.Equal(0L, await host.Sql<long>("SELECT count(*) FROM callbacks WHERE position('700061011'::bytea in body) > 0"));
        Assert.Equal(1, (await host.Send(new EraseSubject(Desk, "254700061011"))).Value!.Rows);
        Assert.Equal("validation_failed", (await host.Send(new EraseSubject(Desk, "everybody"))).Refusal?.Code);
    }

    [Fact]
    public async Task The_command_answers_from_the_command_line()
    {
        await host.Until(await host.Checkout("254700061021"), "paid");

        var (code, output) = await Command("show", "--phone", "0700061021");
        Assert.True(code == 0 && output.Contains("254700061021", StringComparison.Ordinal), output);
        (code, output) = await Command("erase", "--phone", "0700061021");
        Assert.True(code == 0 && output.Contains("2547••••1021", StringComparison.Ordinal), output);
        (code, output) = await Command("forget");
        Assert.True(code == 2 && output.Contains("only show and erase", StringComparison.Ordinal), output);
    }

    private async Task<(int Code, string Output)> Command(params string[] args)
    {
        var program = Path.Combine(AppContext.BaseDirectory, "Payments.Api.dll");
        var start = new ProcessStartInfo(Environment.ProcessPath is { } path && Path.GetFileNameWithoutExtension(path) == "dotnet" ? path : "dotnet")
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            ArgumentList = { "exec", program, "privacy" },
        };
        foreach (var arg in args.Append($"--ConnectionStrings:Payments={host.ConnectionString}"))
        {
            start.ArgumentList.Add(arg);
        }

        using var process = Process.Start(start)!;
        var output = await process.StandardOutput.ReadToEndAsync() + await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, output);
    }
}
