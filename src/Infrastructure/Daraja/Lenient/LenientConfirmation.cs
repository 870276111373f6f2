using System.Globalization;
using System.Text;
using System.Text.Json;
using Payments.Application.Callbacks;
using Payments.Domain.Common;

namespace Payments.Infrastructure.Daraja.Lenient;

/// <summary>
/// What a confirmation in a form nobody published says of the money: number and amount, each found wherever it stands and saying one thing only.
/// What else cannot be made out for certain (account, payer, time, our number) is left out: what we cannot read shows nothing.
/// Two different numbers of ours are the exception: they may mean that the money is not ours.
/// </summary>
/// <remarks>
/// A text that somebody typed cannot add to the money: whatever it looks like, the number and amount Safaricom wrote stand there too, and two that
/// differ are none.
/// </remarks>
internal static class LenientConfirmation
{
    /// <summary>The fields that matter, by how their names are compared.</summary>
    private static readonly Dictionary<string, string> Names = new[]
    {
        "TransID", "TransAmount", "BillRefNumber", "BusinessShortCode", "MSISDN", "TransTime", "TransactionType", "FirstName", "MiddleName", "LastName",
    }.ToDictionary(Key, name => name, StringComparer.Ordinal);

    /// <summary>True when a plain document spells a field otherwise than it is published, so that the plain reading missed it.</summary>
    public static bool IsMissed(JsonElement root) => root.ValueKind == JsonValueKind.Object
        && !(Has(root, "BillRefNumber"u8) && Has(root, "MSISDN"u8) && Has(root, "TransTime"u8) && Has(root, "BusinessShortCode"u8))
        && root.EnumerateObject().Any(member => Names.TryGetValue(Key(member.Name), out var name) && name != member.Name && !Has(root, Encoding.UTF8.GetBytes(name)));

    /// <summary>Reads documents; <paramref name="read"/> makes a message of the plain form they are brought to.</summary>
    /// <param name="why">What kept the body from being read plainly.</param>
    public static CallbackMessage Read(IReadOnlyList<LenientNode> documents, string why, Func<JsonElement, CallbackMessage> read)
    {
        var found = Gather(documents);
        var (numbers, amounts) = (found["TransID"], found["TransAmount"]);
        var (number, amount) = (One(numbers, LenientValues.Number), One(amounts, Shillings));
        if (number is null || amount is null || Told(found["BusinessShortCode"], Digits, out var shortcode) > 1)
        {
            string?[] problems =
            [
                why, Problem("receipt number", numbers, number), Problem("amount", amounts, amount),
                Told(found["BusinessShortCode"], Digits, out _) > 1 ? "there are several values for the number that was paid" : null,
            ];
            return new CallbackMessage.Malformed(string.Join("; ", problems.OfType<string>()))
            {
                Number = One(numbers, LenientValues.Likely) is { } likely ? new ReceiptNumber(likely) : null,
                Account = One(found["BillRefNumber"], Typed) ?? "",
            };
        }

        var plain = new Dictionary<string, string?>
        {
            ["TransID"] = number,
            ["TransAmount"] = amount,
            ["BillRefNumber"] = One(found["BillRefNumber"], Typed),
            ["BusinessShortCode"] = shortcode,
        };
        foreach (var name in Names.Values.Except(plain.Keys).ToList())
        {
            plain[name] = One(found[name], text => text.Trim());
        }

        return Plainly(plain, why, read);
    }

    /// <summary>
    /// Reads a question before the money moves: it needs no receipt number, and an amount nobody can make out is none. An account or a number of
    /// ours that may be two is another question each, and none is answered.
    /// </summary>
    public static CallbackMessage ReadQuestion(IReadOnlyList<LenientNode> documents, string why, Func<JsonElement, CallbackMessage> read)
    {
        var found = Gather(documents);
        var accounts = found["BillRefNumber"];
        var account = One(accounts, Typed);
        if (Told(found["BusinessShortCode"], Digits, out var shortcode) > 1 || (account is null && !accounts.TrueForAll(string.IsNullOrWhiteSpace)))
        {
            return new CallbackMessage.Malformed(why);
        }

        return Plainly(
            new()
            {
                ["BusinessShortCode"] = shortcode,
                ["BillRefNumber"] = account,
                ["TransAmount"] = One(found["TransAmount"], Shillings),
            },
            why,
            read);
    }

    private static CallbackMessage Plainly(Dictionary<string, string?> plain, string why, Func<JsonElement, CallbackMessage> read)
    {
        using var written = JsonDocument.Parse(JsonSerializer.SerializeToUtf8Bytes(plain.Where(field => field.Value is not null).ToDictionary()));
        return read(written.RootElement) with { ReadLeniently = why };
    }

    private static Dictionary<string, List<string?>> Gather(IReadOnlyList<LenientNode> documents)
    {
        var found = Names.Values.ToDictionary(name => name, _ => new List<string?>(), StringComparer.Ordinal);
        foreach (var document in documents)
        {
            Gather(document, found);
        }

        return found;
    }

    private static void Gather(LenientNode node, Dictionary<string, List<string?>> found)
    {
        switch (node)
        {
            case LenientNode.Items list:
                foreach (var item in list.All)
                {
                    Gather(item, found);
                }

                break;
            case LenientNode.Members members:
                foreach (var (key, value) in members.All)
                {
                    if (Names.TryGetValue(Key(key), out var name))
                    {
                        found[name].Add(value is LenientNode.Leaf leaf ? leaf is { IsQuoted: false, Value: "null" } ? "" : leaf.Value : null);
                    }

                    Gather(value, found);
                }

                break;
        }
    }

    /// <summary>The one thing all values that are not empty say; null when they say none, or two.</summary>
    private static string? One(List<string?> values, Func<string, string?> read)
    {
        var told = values.Where(value => value is null || !string.IsNullOrWhiteSpace(value)).Select(value => value is null ? null : read(value)).Distinct().ToList();
        return told is [{ Length: > 0 } only] ? only : null;
    }

    /// <summary>
    /// How many different things the values say that can be read; <paramref name="only"/> is the one, else null. The number that was paid decides
    /// whether money is ours at all: one that cannot be read is not told, and two are a question.
    /// </summary>
    private static int Told(List<string?> values, Func<string, string?> read, out string? only)
    {
        var told = values.OfType<string>().Select(read).OfType<string>().Distinct().ToList();
        only = told is [var one] ? one : null;
        return told.Count;
    }

    private static string? Digits(string text) => text.Trim() is { Length: > 0 } digits && digits.All(char.IsAsciiDigit) ? digits : null;

    private static string? Shillings(string text) => LenientValues.Amount(text)?.Shillings.ToString("0.00", CultureInfo.InvariantCulture);

    /// <summary>An account with a character nobody could decode may be any account.</summary>
    private static string? Typed(string text) => text.Contains('\ufffd', StringComparison.Ordinal) ? null : text.Trim();

    private static string? Problem(string what, List<string?> values, string? read) => read is not null ? null
        : values.TrueForAll(string.IsNullOrWhiteSpace) ? $"there is no {what}"
        : values.Where(value => !string.IsNullOrWhiteSpace(value)).Distinct().Count() > 1 ? $"there are several values for the {what}"
        : $"the {what} cannot be made out";

    /// <summary>Letters and digits in one case: <c>trans_id</c> is TransID.</summary>
    private static string Key(string name) => string.Concat(name.Where(char.IsAsciiLetterOrDigit)).ToLowerInvariant();

    private static bool Has(JsonElement root, ReadOnlySpan<byte> name) => root.TryGetProperty(name, out _);
}
