namespace Payments.Domain.Common;

/// <summary>A Kenyan mobile number in the one form Daraja takes: 12 digits, <c>2547…</c> or <c>2541…</c>.</summary>
public readonly record struct Msisdn
{
    private Msisdn(string value) => Value = value;

    /// <summary>The twelve digits.</summary>
    public string Value { get; }

    /// <summary>The number as people other than its owner's shop may see it: <c>2547••••5678</c>.</summary>
    public string Masked => Mask(Value);

    /// <summary>Reads exactly <c>^254[17]\d{8}$</c>; false for anything else.</summary>
    public static bool TryParse(string? text, out Msisdn msisdn)
    {
        msisdn = default;
        if (text is not { Length: 12 } || !text.StartsWith("254", StringComparison.Ordinal) || text[3] is not ('1' or '7')
            || !text.All(char.IsAsciiDigit))
        {
            return false;
        }

        msisdn = new(text);
        return true;
    }

    /// <summary>Hides the middle of anything that may be a phone number.</summary>
    public static string Mask(string? text) =>
        text is not { Length: >= 8 } ? "••••" : string.Concat(text.AsSpan(0, 4), "••••", text.AsSpan(text.Length - 4));

    /// <summary>The masked form: a number reaches a log only by asking for <see cref="Value"/>.</summary>
    public override string ToString() => Masked;
}
