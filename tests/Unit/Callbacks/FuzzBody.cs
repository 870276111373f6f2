using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Payments.Application.Callbacks;

namespace Payments.Tests.Unit;

/// <summary>Bodies made from a seed: recorded ones with something wrong, and things that only look like JSON. The same seed, the same body.</summary>
internal static partial class FuzzBody
{
    private static readonly (string Name, byte[] Body)[] Recordings = [.. Recorded.Names.Select(name => (name, Recorded.Body(name)))];

    private static readonly Dictionary<CallbackKind, byte[][]> OfKind = Enum.GetValues<CallbackKind>().ToDictionary(
        kind => kind, kind => Recordings.Where(r => r.Name.StartsWith(Family(kind), StringComparison.Ordinal)).Select(r => r.Body).ToArray());

    /// <summary>Values that have broken readers of JSON, of numbers, of text, of dates, of SQL and of HTML.</summary>
    private static readonly string[] Values =
    [
        "null", "true", "0", "-0", "1", "-1", "0.5", "1e5", "1e400", "-1e308", "99999999999999999999999999999999", "0.000000000000000000000000001",
        "9223372036854775807", "9223372036854775808", "2147483648", "1500", "1500.00", "1500.001", "\"1500\"", "\"1500.00\"", "\"1,500\"", "\"\"", "\" \"",
        "\"0\"", "\"00\"", "\"1032\"", "\"4999\"", "\"SFC_IC0003\"", "\"NaN\"", "\"Infinity\"", "\"\\u0000\"", "\"a\\u0000b\"", "\"\\ud800\"",
        "\"\\udfff\\ud800\"", "\"\\ufeff\"", "\"\\u202e1500\"", "\"\\u0665\\u0660\"", "[]", "{}", "[[]]", "[null]", "{\"Value\":1}", "[{\"Key\":\"x\"}]",
        "\"20260710091544\"", "20260710091544", "\"20260230000000\"", "99991231235959", "\"00000000000000\"", "\"UGA7RT61SV\"", "\"uga7rt61sv\"",
        "\"UGA0000001\"", "\"'; DROP TABLE receipts; --\"", "\"<script>alert(1)</script>\"", "\"%s%n$1{0}\"", "\"254708374149\"", "\"25470****149\"",
        "\"ORDER-1\"", "\"174379\"", "\"600000\"", "\"254708374149 - JOHN DOE\"", "\"Completed\"", "\"Cancelled\"",
        "\"00000000-0000-7000-8000-000000000002\"",
    ];

    private static readonly string[] Tokens =
    [
        "{", "}", "[", "]", ":", ",", "\"", "\\", "\\u", "\\ud83d", "null", "true", "-", "1e", "9999999999", "0.0", " ", "\n", "\0", "//", "/*", "\"Body\"",
        "\"stkCallback\"", "\"Result\"", "\"ResultCode\"", "\"TransID\"", "\"TransAmount\"", "\"CallbackMetadata\"", "\"Item\"", "\"Name\"", "\"Value\"",
        "\"ResultParameters\"", "\u00e9", "\ud83d\ude00",
    ];

    /// <summary>A body for a callback of this kind, mostly of its own family.</summary>
    public static byte[] Make(Random random, CallbackKind kind)
    {
        var body = random.Next(10) switch
        {
            0 => Noise(random),
            1 => Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, random.Next(1, 60)).Select(_ => Pick(random, Tokens)))),
            2 => Deep(random),
            _ => Encoding.UTF8.GetBytes(Changed(random, kind)),
        };
        return random.Next(4) == 0 ? Broken(random, body) : body;
    }

    /// <summary>A recorded body of which one to four parts are something else.</summary>
    private static string Changed(Random random, CallbackKind kind)
    {
        var root = JsonNode.Parse(random.Next(5) == 0 ? Pick(random, Recordings).Body : Pick(random, OfKind[kind]))!;
        for (var changes = random.Next(0, 5); changes > 0; changes--)
        {
            Change(random, root);
        }

        var text = Placed().Replace(root.ToJsonString(), place => Values[int.Parse(place.Groups[1].Value, CultureInfo.InvariantCulture)]);

        // What a tree cannot hold: a key twice, something behind the end.
        return random.Next(20) switch
        {
            0 when text.Contains("\"ResultCode\":", StringComparison.Ordinal) => text.Replace("\"ResultCode\":", $"\"ResultCode\":{Pick(random, Values)},\"ResultCode\":", StringComparison.Ordinal),
            1 => text + Pick(random, Tokens),
            2 => text + text,
            3 => "\ufeff" + text,
            _ => text,
        };
    }

    private static void Change(Random random, JsonNode root)
    {
        var places = Places(root).ToList();
        if (places.Count == 0)
        {
            return;
        }

        var place = places[random.Next(places.Count)];

        // Raw JSON is put in afterwards: a tree holds no lone surrogate and no number that is too large.
        JsonNode value = random.Next(8) == 0 ? new string('x', random.Next(1, 3000)) : $"~{random.Next(Values.Length)}~";
        switch (place.Parent)
        {
            case JsonObject parent:
                var old = parent[place.Key!];
                parent.Remove(place.Key!);
                switch (random.Next(5))
                {
                    case 0:
                        break;
                    case 1:
                        parent[Pick(random, ["resultcode", "ResultCode ", "", "\0", "__proto__", "Result", "Value"])] = old;
                        break;
                    case 2:
                        parent[place.Key!] = new JsonArray(old, value);
                        break;
                    default:
                        parent[place.Key!] = value;
                        break;
                }

                break;
            case JsonArray parent:
                if (random.Next(3) == 0)
                {
                    parent.Add(parent[place.Index]?.DeepClone());
                }
                else
                {
                    parent[place.Index] = value;
                }

                break;
        }
    }

    private static IEnumerable<(JsonNode Parent, string? Key, int Index)> Places(JsonNode node) => node switch
    {
        JsonObject o => o.SelectMany(entry => (entry.Value is null ? [] : Places(entry.Value)).Prepend((o, entry.Key, 0))),
        JsonArray a => a.SelectMany((item, i) => (item is null ? [] : Places(item)).Prepend((a, null, i))),
        _ => [],
    };

    private static byte[] Noise(Random random)
    {
        var bytes = new byte[random.Next(0, 300)];
        random.NextBytes(bytes);
        return bytes;
    }

    private static byte[] Deep(Random random)
    {
        var depth = random.Next(1, 2000);
        var (open, close) = random.Next(2) == 0 ? ("[", "]") : ("{\"Body\":", "}");
        return Encoding.UTF8.GetBytes(new StringBuilder().Insert(0, open, depth) + "1" + (random.Next(2) == 0 ? new StringBuilder().Insert(0, close, depth).ToString() : ""));
    }

    /// <summary>Bytes changed, or the end cut off.</summary>
    private static byte[] Broken(Random random, byte[] body)
    {
        if (body.Length == 0 || random.Next(3) == 0)
        {
            return body[..random.Next(body.Length + 1)];
        }

        for (var changes = random.Next(1, 5); changes > 0; changes--)
        {
            body[random.Next(body.Length)] = (byte)random.Next(256);
        }

        return body;
    }

    private static string Family(CallbackKind kind) => kind switch
    {
        CallbackKind.Stk => "stk-",
        CallbackKind.C2bConfirm or CallbackKind.C2bValidate => "c2b-",
        CallbackKind.B2cResult => "b2c-",
        CallbackKind.B2bResult => "b2b-",
        CallbackKind.ReversalResult => "reversal-",
        CallbackKind.StatusResult => "status-",
        CallbackKind.BalanceResult => "balance-",
        _ => "timeout-",
    };

    private static T Pick<T>(Random random, IReadOnlyList<T> from) => from[random.Next(from.Count)];

    [GeneratedRegex("\"~([0-9]+)~\"")]
    private static partial Regex Placed();
}
