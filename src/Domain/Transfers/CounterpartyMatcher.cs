using Payments.Domain.Common;
using Payments.Domain.Receipts;

namespace Payments.Domain.Transfers;

/// <summary>Compares who Safaricom says received money with whom it was sent to, as far as that is visible (R9, R13, R16).</summary>
public static class CounterpartyMatcher
{
    /// <summary>False only when it is certain that somebody else than <paramref name="expected"/> received it.</summary>
    /// <param name="parties">Names or numbers as given; of several the first paid and the last received (docs/protocol/status-balance-reversal.md).</param>
    public static bool Matches(IReadOnlyList<string> parties, string expected)
    {
        if (parties.Any(party => Compare(party, expected) == PayerMatch.Same))
        {
            return true;
        }

        // Who paid is ourselves, and says nothing of who received.
        return parties.Count == 0 || Compare(parties[^1], expected) != PayerMatch.Differs;
    }

    /// <summary>True when a party is shown with this business's whole number.</summary>
    public static bool IsBusiness(string party, string? number) =>
        number is not null && ShownNumber.Read(party) is { Kind: ShownKind.Business } shown && shown.Text == number.TrimStart('0');

    /// <summary>A phone masked, a shortcode as it is.</summary>
    public static string Show(string party) => Msisdn.TryParse(party, out var phone) ? phone.Masked : party;

    private static PayerMatch Compare(string party, string expected)
    {
        if (Msisdn.TryParse(expected, out var phone))
        {
            return PayerHint.Compare(party, phone);
        }

        var shown = ShownNumber.Read(party);
        return shown.Kind switch
        {
            ShownKind.Business => IsBusiness(party, expected) ? PayerMatch.Same : PayerMatch.Differs,
            ShownKind.Phone => PayerMatch.Differs,
            ShownKind.Mask or ShownKind.Hash => PayerMatch.Unlike,
            _ => PayerMatch.Hidden,
        };
    }
}
