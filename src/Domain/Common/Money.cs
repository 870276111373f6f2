using System.Globalization;

namespace Payments.Domain.Common;

/// <summary>An amount of Kenya shillings, kept in cents so that no sum is ever rounded by accident.</summary>
public readonly record struct Money : IComparable<Money>
{
    /// <summary>The most one M-PESA transaction may move: KES 250,000 (Safaricom's tariff since August 2023).</summary>
    public static readonly Money MaxTransaction = FromShillings(250_000);

    /// <summary>Nothing.</summary>
    public static readonly Money Zero;

    private Money(long cents) => Cents = cents;

    /// <summary>The amount in cents; 100 cents are one shilling.</summary>
    public long Cents { get; }

    /// <summary>The amount in shillings with at most two decimals.</summary>
    public decimal Shillings => decimal.Round(Cents / 100m, 2);

    /// <summary>True when there are no cents: what M-PESA can be asked for.</summary>
    public bool IsWhole => Cents % 100 == 0;

    /// <summary>The amount rounded up to whole shillings, as a prompt asks for it.</summary>
    public Money RoundedUp => new(checked((Cents + 99) / 100 * 100));

    /// <summary>An amount of cents.</summary>
    public static Money FromCents(long cents) => new(cents);

    /// <summary>An amount of whole shillings.</summary>
    public static Money FromShillings(long shillings) => new(checked(shillings * 100));

    /// <summary>Reads shillings with at most two decimals, not negative, below a billion; false for anything else.</summary>
    public static bool TryFromDecimal(decimal shillings, out Money money)
    {
        money = default;
        if (shillings is < 0 or > 1_000_000_000m || decimal.Round(shillings, 2) != shillings)
        {
            return false;
        }

        money = new((long)(shillings * 100));
        return true;
    }

    /// <summary>The smaller of two amounts.</summary>
    public static Money Min(Money a, Money b) => a.Cents <= b.Cents ? a : b;

    public int CompareTo(Money other) => Cents.CompareTo(other.Cents);

    public override string ToString() => "KES " + Shillings.ToString("0.00", CultureInfo.InvariantCulture);

    public static Money operator +(Money a, Money b) => new(checked(a.Cents + b.Cents));

    public static Money operator -(Money a, Money b) => new(checked(a.Cents - b.Cents));

    public static bool operator <(Money a, Money b) => a.Cents < b.Cents;

    public static bool operator >(Money a, Money b) => a.Cents > b.Cents;

    public static bool operator <=(Money a, Money b) => a.Cents <= b.Cents;

    public static bool operator >=(Money a, Money b) => a.Cents >= b.Cents;
}
