using System.Globalization;
using Payments.Api.Hosting;
using Payments.Application.Access;
using Spectre.Console;

namespace Payments.Api.Access;

/// <summary>Keys as the command <c>keys</c> prints them: a table in a terminal, elsewhere a line for each.</summary>
internal static class KeysText
{
    public static async Task WriteList(CommandContext context, IReadOnlyList<KeyView> keys)
    {
        if (context.IsTerminal)
        {
            AnsiConsole.Write(Table(keys));
            return;
        }

        foreach (var key in keys)
        {
            await context.Output.WriteLineAsync(Line(key));
        }
    }

    public static string Line(KeyView key) => string.Create(
        CultureInfo.InvariantCulture,
        $"{key.Id}  …{key.Ending}  {key.Client}  {string.Join(',', key.Scopes)}  made {key.CreatedAt:u}  "
        + $"{(key.RevokedAt is { } at ? $"revoked {at:u}" : key.ExpiresAt is { } end ? $"expires {end:u}" : "does not expire")}  "
        + $"{(key.LastUsedAt is { } used ? $"used {used:u}" : "never used")}{Limit("payout", key.PayoutLimit)}{Limit("day", key.DailyPayoutLimit)}");

    private static string Limit(string what, decimal? shillings) =>
        shillings is { } most ? string.Create(CultureInfo.InvariantCulture, $"  at most KES {most} a {what}") : "";

    private static Table Table(IReadOnlyList<KeyView> keys)
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumns("key", "client", "scopes", "made", "ends", "used", "at most");
        foreach (var key in keys)
        {
            table.AddRow(
                new Text($"{key.Id} …{key.Ending}"), new Text(key.Client), new Text(string.Join(", ", key.Scopes)), new Text(Day(key.CreatedAt)),
                key.RevokedAt is { } at ? new Text($"revoked {Day(at)}", Color.Red) : new Text(key.ExpiresAt is { } end ? Day(end) : "-"),
                new Text(key.LastUsedAt is { } used ? Day(used) : "never"),
                new Text($"{Limit("payout", key.PayoutLimit)}{Limit("day", key.DailyPayoutLimit)}".Trim()));
        }

        return table;
    }

    private static string Day(DateTimeOffset time) => time.ToString("u", CultureInfo.InvariantCulture)[..16];
}
