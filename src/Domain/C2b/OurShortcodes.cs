using Payments.Domain.Checkouts;

namespace Payments.Domain.C2b;

/// <summary>
/// The numbers customers pay us at, and the one place that says which of them was paid: by the number a message names, never by the words of
/// its TransactionType, of which nobody has a complete list (R16).
/// </summary>
/// <param name="Main">The Pay Bill, or a till's store number.</param>
/// <param name="Till">The till; null for a Pay Bill.</param>
public sealed record OurShortcodes(string Main, string? Till)
{
    /// <summary>How a payment reached us; null when it went to a number that is neither.</summary>
    /// <param name="shortcode">The number that was paid; null where none is named, and then it is the one that was registered, or asked about.</param>
    /// <param name="account">What the customer typed. A store number takes no accounts: money there without one is the till's.</param>
    public PaymentMethod? MethodOf(string? shortcode, string account)
    {
        if (shortcode is null)
        {
            return Till is null ? PaymentMethod.Paybill : PaymentMethod.Till;
        }

        return Till is not null && IsSame(shortcode, Till) ? PaymentMethod.Till
            : !IsSame(shortcode, Main) ? null
            : Till is not null && string.IsNullOrWhiteSpace(account) ? PaymentMethod.Till
            : PaymentMethod.Paybill;
    }

    /// <summary>A number that comes as a JSON number has lost its zeros in front.</summary>
    private static bool IsSame(string shortcode, string ours) => shortcode.AsSpan().TrimStart('0').SequenceEqual(ours.AsSpan().TrimStart('0'));
}
