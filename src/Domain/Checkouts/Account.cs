namespace Payments.Domain.Checkouts;

/// <summary>
/// What a customer types at the Pay Bill, and what a confirmation is matched by (R8). It belongs to one checkout for ever. Either it is the shop's
/// order reference, or this service made it: digits of which the last finds every single wrong digit and every swap of two neighbours.
/// </summary>
public readonly record struct Account
{
    /// <summary>
    /// How long a made account is, the check digit included: eight digits for the first, more only where those are taken. Never nine, nor twelve: with
    /// an M-PESA number's digits customers type their own number, and it must pay nobody's order.
    /// </summary>
    private static readonly int[] Lengths = [8, 8, 8, 10, 10, 11, 11, 11];

    private Account(string value) => Value = value;

    /// <summary>How many candidates are drawn for one checkout: as long as fewer than a third of the eight digits are taken, the first three fail once in thirty times.</summary>
    public static int Candidates => Lengths.Length;

    /// <summary>As it is shown: at most 12 characters, which is what a prompt shows.</summary>
    public string Value { get; }

    /// <summary>The form that is compared, and unique over all clients: upper case, letters and digits only.</summary>
    public string Key => OrderReference.KeyOf(Value);

    /// <summary>The shop's own reference is what customers type.</summary>
    public static Account Of(OrderReference reference) => new(reference.Value);

    /// <summary>One that was stored.</summary>
    public static Account Stored(string value) => new(value);

    /// <summary>The candidate number <paramref name="candidate"/> of a checkout, made of evenly drawn bits.</summary>
    /// <remarks>The first digit is no zero: spreadsheets and people leave those out.</remarks>
    public static Account Make(int candidate, ulong drawn)
    {
        var length = Lengths[candidate % Lengths.Length];
        var least = (ulong)Math.Pow(10, length - 2);
        var digits = (least + (drawn % (9 * least))).ToString(System.Globalization.CultureInfo.InvariantCulture);
        return new(digits + CheckDigit.Of(digits));
    }

    /// <summary>Whether a compared form has the looks of a made account and a check digit that does not fit: something in it was mistyped.</summary>
    public static bool IsMistyped(string key) =>
        Lengths.Contains(key.Length) && key[0] != '0' && key.All(char.IsAsciiDigit) && !CheckDigit.Fits(key);

    /// <summary>
    /// What may have been meant by <paramref name="key"/>: all that differ from it in one place, where another digit stands, or by a swap of two
    /// neighbours. At most 131 for the twelve characters an account has; none for what is longer.
    /// </summary>
    public static IEnumerable<string> Near(string key)
    {
        if (key.Length is 0 or > OrderReference.MaxLength)
        {
            yield break;
        }

        for (var at = 0; at < key.Length; at++)
        {
            for (var digit = '0'; digit <= '9'; digit++)
            {
                if (key[at] != digit)
                {
                    yield return string.Concat(key.AsSpan(0, at), [digit], key.AsSpan(at + 1));
                }
            }

            if (at + 1 < key.Length && key[at] != key[at + 1])
            {
                yield return string.Concat(key.AsSpan(0, at), [key[at + 1], key[at]], key.AsSpan(at + 2));
            }
        }
    }

    public override string ToString() => Value;
}

/// <summary>What a checkout is called, and by whom.</summary>
/// <param name="Account">What customers type.</param>
/// <param name="Reference">The shop's order reference, unique within the shop; null where it gave none.</param>
/// <param name="ExternalId">The id the shop's platform has for it, at most 200 characters of anything, not unique; null where it gave none.</param>
public sealed record CheckoutNames(Account Account, OrderReference? Reference = null, string? ExternalId = null);
