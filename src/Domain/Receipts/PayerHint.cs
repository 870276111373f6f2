using System.Security.Cryptography;
using System.Text;
using Payments.Domain.Common;

namespace Payments.Domain.Receipts;

/// <summary>How a payer as Safaricom shows it compares with a number we know.</summary>
public enum PayerMatch
{
    /// <summary>It is this number, as far as it is shown: the whole of it, its hash, or a mask with some of its last digits.</summary>
    Same,

    /// <summary>Nothing can be told: nothing is shown, or it is in a form nobody foresaw.</summary>
    Hidden,

    /// <summary>
    /// Digits can be seen that are not this number's. That supports nothing and proves nothing: who masks in a way nobody foresaw may show
    /// digits of the right payer so (R16).
    /// </summary>
    Unlike,

    /// <summary>It is another number for certain.</summary>
    Differs,
}

/// <summary>What a shortcode's messages have been seen to hash in place of the payer's number: its SHA-256 in hex, of one of these writings.</summary>
public enum PayerHash
{
    /// <summary><c>254708374149</c></summary>
    Msisdn,

    /// <summary><c>+254708374149</c></summary>
    PlusMsisdn,

    /// <summary><c>0708374149</c></summary>
    Local,

    /// <summary><c>708374149</c></summary>
    National,
}

/// <summary>
/// The one reader of payers: whoever compares a shown party with a number asks here. A payer may come plain in any writing, masked anywhere
/// (<c>25470****149</c>, <c>2547 ***** 126</c>, <c>07****149</c>), as a SHA-256, or as something else; a hint, never a key (R13). Only a
/// whole number that differs, or a whole hash of a form this shortcode has been seen to use, is proof of somebody else (R16).
/// </summary>
public static class PayerHint
{
    /// <summary>
    /// So many payers in a row must be shown with the same hash before one that differs proves anything: a shortcode may begin to use another,
    /// or use several.
    /// </summary>
    public const int SeenEnough = 10;

    /// <summary>So many last digits tell one customer from another well enough beside amount and time.</summary>
    private const int TellingDigits = 3;

    /// <summary>Compares.</summary>
    /// <param name="used">The hash this shortcode is known to use; null when that is not known, and then a hash can only be the same.</param>
    public static PayerMatch Compare(string? shown, Msisdn phone, PayerHash? used = null)
    {
        var number = ShownNumber.Read(shown);
        return number.Kind switch
        {
            ShownKind.Phone => number.Text == phone.Value ? PayerMatch.Same : PayerMatch.Differs,
            ShownKind.Hash => HashIn(shown, phone) is not null ? PayerMatch.Same : used is null ? PayerMatch.Hidden : PayerMatch.Differs,
            ShownKind.Mask when number.Text.Length - 1 - number.Text.LastIndexOf('*') < TellingDigits => PayerMatch.Hidden,
            ShownKind.Mask => Spellings(phone).Any(writing => Matches(number.Text, writing)) ? PayerMatch.Same : PayerMatch.Unlike,
            _ => PayerMatch.Hidden,
        };
    }

    /// <summary>The whole number that is shown, in whatever writing; null when it is not whole.</summary>
    public static Msisdn? NumberIn(string? shown) =>
        ShownNumber.Read(shown) is { Kind: ShownKind.Phone } number && Msisdn.TryParse(number.Text, out var phone) ? phone : null;

    /// <summary>True when what is shown is a whole hash.</summary>
    public static bool IsHash(string? shown) => ShownNumber.Read(shown).Kind == ShownKind.Hash;

    /// <summary>Which hash of this number is shown; null when it is none that we can compute.</summary>
    public static PayerHash? HashIn(string? shown, Msisdn phone)
    {
        if (ShownNumber.Read(shown) is not { Kind: ShownKind.Hash } hash)
        {
            return null;
        }

        foreach (var form in Enum.GetValues<PayerHash>())
        {
            if (Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(Written(phone, form)))) == hash.Text)
            {
                return form;
            }
        }

        return null;
    }

    /// <summary>Every form of a number that is kept as it came and can be looked for: its writings and their hashes.</summary>
    public static IReadOnlyList<string> FormsOf(Msisdn phone) =>
    [
        .. Spellings(phone),
        .. Enum.GetValues<PayerHash>().Select(form => Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(Written(phone, form))))),
    ];

    private static string Written(Msisdn phone, PayerHash form) => form switch
    {
        PayerHash.Msisdn => phone.Value,
        PayerHash.PlusMsisdn => "+" + phone.Value,
        PayerHash.Local => "0" + phone.Value[3..],
        PayerHash.National => phone.Value[3..],
        _ => throw new ArgumentOutOfRangeException(nameof(form), form, null),
    };

    private static string[] Spellings(Msisdn phone) => [phone.Value, "0" + phone.Value[3..], phone.Value[3..], "00" + phone.Value, "2540" + phone.Value[3..]];

    /// <summary>
    /// Whether the digits that can be seen stand in this writing in their order. The number of stars is not the number of hidden digits in
    /// every sample, so it does not count.
    /// </summary>
    private static bool Matches(string mask, string writing)
    {
        var parts = mask.Split('*');
        var at = parts[0].Length;
        if (!writing.StartsWith(parts[0], StringComparison.Ordinal))
        {
            return false;
        }

        foreach (var part in parts[1..^1].Where(part => part.Length > 0))
        {
            var found = writing.IndexOf(part, at, StringComparison.Ordinal);
            if (found < 0)
            {
                return false;
            }

            at = found + part.Length;
        }

        return writing.Length - parts[^1].Length >= at && writing.EndsWith(parts[^1], StringComparison.Ordinal);
    }
}
