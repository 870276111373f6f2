namespace Payments.Domain;

/// <summary>
/// The shop's name for an order: 1–12 of <c>A–Z a–z 0–9 - _ . /</c> with at least one letter or digit (12 is what M-PESA
/// shows and keeps of an account reference).
/// </summary>
public readonly record struct OrderReference
{
    private OrderReference(string value) => Value = value;

    /// <summary>As the shop wrote it.</summary>
    public string Value { get; }

    /// <summary>The form that is compared and unique: upper case, letters and digits only.</summary>
    public string Key => KeyOf(Value);

    /// <summary>Reads a reference; false when a rule above is broken.</summary>
    public static bool TryParse(string? text, out OrderReference reference)
    {
        reference = default;
        if (text is not { Length: >= 1 and <= 12 } || !text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or '/')
            || !text.Any(char.IsAsciiLetterOrDigit))
        {
            return false;
        }

        reference = new(text);
        return true;
    }

    /// <summary>The compared form of anything a customer typed as an account; empty matches nothing.</summary>
    public static string KeyOf(string? account) =>
        account is null ? "" : string.Concat(account.Where(char.IsAsciiLetterOrDigit)).ToUpperInvariant();

    /// <inheritdoc/>
    public override string ToString() => Value;
}
