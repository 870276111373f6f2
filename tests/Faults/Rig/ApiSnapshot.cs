using System.Text.Json.Nodes;

namespace Payments.Tests.Faults;

/// <summary>Everything Payments says, read through its API page by page.</summary>
internal sealed record ApiSnapshot(
    IReadOnlyList<JsonNode> Checkouts, IReadOnlyList<JsonNode> Receipts, IReadOnlyList<JsonNode> Payouts, IReadOnlyList<JsonNode> Refunds,
    ILookup<string, string> Cases)
{
    /// <summary>Kinds of case that say that the truth cannot be known here; every other leaves the books to be compared.</summary>
    private static readonly string[] Unknowable = ["outcome_unknown", "ambiguous_match", "amount_differs", "party_differs", "reversal_refused"];

    public static async Task<ApiSnapshot> Read(Api api)
    {
        var cases = await All(api, "/api/ops/cases?status=open");
        return new(
            await All(api, "/api/checkouts?"), await All(api, "/api/ops/receipts?"), await All(api, "/api/payouts?"), await All(api, "/api/refunds?"),
            cases.SelectMany(c => new[] { (string?)c["subjectId"], (string?)c["checkoutId"] }.OfType<string>().Select(id => (id, (string)c["kind"]!)))
                .ToLookup(c => c.id, c => c.Item2));
    }

    /// <summary>Whether a person has been told that nobody can say what became of it.</summary>
    public bool CannotBeKnown(JsonNode thing) => Cases[(string)thing["id"]!].Any(Unknowable.Contains);

    private static async Task<List<JsonNode>> All(Api api, string path)
    {
        var all = new List<JsonNode>();
        string? cursor = null;
        do
        {
            var page = await api.Read($"{path}&limit=100{(cursor is null ? "" : $"&cursor={Uri.EscapeDataString(cursor)}")}");
            all.AddRange(page["items"]!.AsArray().Select(item => item!));
            cursor = (string?)page["nextCursor"];
        }
        while (cursor is not null);
        return all;
    }
}
