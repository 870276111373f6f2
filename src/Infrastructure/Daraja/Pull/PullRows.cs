using System.Text.Json;

namespace Payments.Infrastructure.Daraja.Pull;

/// <summary>
/// The rows of a Pull answer, wherever they stand: in a list of lists under <c>Response</c> (the page's sample), in one list, under
/// <c>Transaction</c> (the page's text), or in either as a string of JSON. A row is an object that names a receipt; what stands in a list and is
/// none is counted, for a list is not read while something in it is not understood.
/// </summary>
internal sealed class PullRows
{
    /// <summary>Real answers are four levels deep.</summary>
    private const int MaxDepth = 8;

    private static readonly string[] ReceiptNames =
        ["transactionid", "transid", "receiptno", "receiptnumber", "mpesareceiptnumber", "transactionreceipt"];

    private PullRows()
    {
    }

    public List<JsonElement> Rows { get; } = [];

    /// <summary>What stands in the list beside rows: null, a number, an object of another kind.</summary>
    public int Others { get; private set; }

    /// <summary>True when there was a list, with or without anything in it.</summary>
    public bool HasList { get; private set; }

    public static PullRows Of(JsonElement answer)
    {
        var found = new PullRows();
        if (answer.ValueKind == JsonValueKind.Object)
        {
            foreach (var member in answer.EnumerateObject())
            {
                found.Collect(member.Value, depth: 1, isInList: false);
            }
        }

        return found;
    }

    /// <summary>A row's member whatever its spelling: <c>transactionId</c>, <c>TransactionID</c>, <c>transaction_id</c>, <c>Transaction ID</c>.</summary>
    public static JsonElement Member(JsonElement row, params ReadOnlySpan<string> names)
    {
        if (row.ValueKind != JsonValueKind.Object)
        {
            return default;
        }

        foreach (var name in names)
        {
            foreach (var member in row.EnumerateObject())
            {
                if (Plain(member.Name) == name)
                {
                    return member.Value;
                }
            }
        }

        return default;
    }

    /// <summary>The receipt a row names, as it stands there.</summary>
    public static JsonElement Receipt(JsonElement row) => Member(row, ReceiptNames);

    private void Collect(JsonElement value, int depth, bool isInList)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Array when depth < MaxDepth:
                HasList = true;
                foreach (var inner in value.EnumerateArray())
                {
                    Collect(inner, depth + 1, isInList: true);
                }

                break;
            case JsonValueKind.Object when Receipt(value).ValueKind is JsonValueKind.String or JsonValueKind.Number:
                Rows.Add(value);
                break;
            case JsonValueKind.Object when depth < MaxDepth:
                CollectMembers(value, depth, isInList);
                break;
            case JsonValueKind.String when Nested(value) is { } nested && depth < MaxDepth:
                Collect(nested, depth + 1, isInList);
                break;
            default:
                Others += isInList ? 1 : 0;
                break;
        }
    }

    /// <summary>An object around a list; in a list, one without anything in it is a row nobody can read.</summary>
    private void CollectMembers(JsonElement value, int depth, bool isInList)
    {
        var before = Rows.Count + Others;
        foreach (var member in value.EnumerateObject())
        {
            Collect(member.Value, depth + 1, isInList: false);
        }

        Others += isInList && Rows.Count + Others == before ? 1 : 0;
    }

    private static JsonElement? Nested(JsonElement text)
    {
        if (text.Text(int.MaxValue) is not { Length: > 1 } json || json[0] is not ('[' or '{'))
        {
            return null;
        }

        try
        {
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 32 });
            return document.RootElement.Clone();
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string Plain(string name) => string.Concat(name.Where(char.IsAsciiLetter)).ToLowerInvariant();
}
