using System.Security.Cryptography;
using System.Text;

namespace Payments.Tests.Unit;

/// <summary>How much of a customer's number is shown, and in what form: plain in any writing, masked anywhere, hashed, or not at all.</summary>
internal sealed partial class Mpesa
{
    // One hash in a life: whoever used several could be told from nobody.
    private readonly string salt = time.Chance(0.5) ? "" : "salt";

    // Some lives know one form, the others all.
    private readonly int? form = time.Chance(0.4) ? time.Pick(0, Forms - 1) : null;

    private const int Forms = 14;

    private string? Shown(string phone) => (form ?? time.Pick(0, Forms - 1)) switch
    {
        0 => phone,
        1 => "+" + phone,
        2 => "00" + phone,
        3 => "0" + phone[3..],
        4 => phone[3..],
        5 => $"254\u00A0{phone[3..6]}\u00A0{phone[6..9]}\u00A0{phone[9..]}",
        6 => $"{phone[..4]} ***** {phone[9..]}",
        7 => $"{phone[..5]}****{phone[9..]}",
        8 => $"0{phone[3]}****{phone[9..]}",
        9 => $"0{phone[3..6]}XXXXXX",
        10 => Hash(phone),
        11 => $"{Hash(phone)[..34]} ***** {Hash(phone)[^25..]}",
        12 => "112233",
        _ => null,
    };

    private string Hash(string phone) => Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(salt + phone)));
}
