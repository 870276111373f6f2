using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Xunit;

namespace Payments.Tests.Integration;

/// <summary>What tests of Pull do again and again.</summary>
internal static class PullHost
{
    public const string Granted = "Daraja:NominatedNumber=254708374149";

    /// <summary>Changes how the simulator's Pull answers; what is not named is as the page has it.</summary>
    public static async Task PullAnswers(this PaymentsHost host, object? manners = null, int pageSize = 100)
    {
        var usual = JsonNode.Parse(
            """{"offset":"rows","first":0,"zero":"first","empty":"documented","hides":false,"list":"nested","time":"utc","pageInfo":false,"drop":0,"number":"any"}""")!.AsObject();
        foreach (var (name, value) in System.Text.Json.JsonSerializer.SerializeToNode(manners ?? new { })!.AsObject())
        {
            usual[name] = value?.DeepClone();
        }

        var answer = await host.Simulator.PutAsJsonAsync("/simulator/settings", new { pullPageSize = pageSize, pull = usual });
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
    }

    /// <summary>Up to when was pulled; null when the mark never moved.</summary>
    public static async Task<DateTimeOffset?> Mark(this PaymentsHost host)
    {
        var until = await host.Sql<object>("SELECT (SELECT to_char(max(read_until), 'YYYY-MM-DD\"T\"HH24:MI:SS.USTZH:TZM') FROM pull_progress)");
        return until is string text ? DateTimeOffset.Parse(text, System.Globalization.CultureInfo.InvariantCulture) : null;
    }

    /// <summary>Pretends that everything here happened that much earlier: this database's beginning, the mark, receipts.</summary>
    /// <param name="isForgotten">Whether what makes up for missing rounds is to find that none has come; else a round just began.</param>
    public static Task Age(this PaymentsHost host, string interval, bool isForgotten = false) => host.Sql<int>(
        $"""
        {(isForgotten ? "" : "INSERT INTO pull_rounds (shortcode) VALUES ('174379') ON CONFLICT DO NOTHING;")}
        UPDATE deployment SET stamped_at = stamped_at - interval '{interval}';
        UPDATE pull_progress SET read_until = read_until - interval '{interval}', read_at = read_at - interval '{interval}';
        UPDATE receipts SET at = at - interval '{interval}';
        SELECT 1
        """);

    /// <summary>How often Pull's list was asked for.</summary>
    public static async Task<int> Pulls(this PaymentsHost host) => (await host.Requests("/pulltransactions/v1/query")).Count;

    /// <summary>How often Pull was registered.</summary>
    public static async Task<int> Registrations(this PaymentsHost host) => (await host.Requests("/pulltransactions/v1/register")).Count;
}
