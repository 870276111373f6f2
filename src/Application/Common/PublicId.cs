namespace Payments.Application.Common;

/// <summary>Ids as the outside sees them: a prefix that says what it is, then 32 hex digits.</summary>
public static class PublicId
{
    public const string Checkout = "chk_";
    public const string Attempt = "att_";
    public const string Payout = "pay_";
    public const string Refund = "rfd_";
    public const string Receipt = "rct_";
    public const string Callback = "cb_";
    public const string Case = "case_";
    public const string Key = "key_";
    public const string Registration = "reg_";
    public const string Question = "qst_";

    /// <summary>Writes an id.</summary>
    public static string Write(string prefix, Guid id) => prefix + id.ToString("N");

    /// <summary>Reads an id of exactly this kind; false for anything else.</summary>
    public static bool TryRead(string prefix, string? text, out Guid id)
    {
        id = default;
        return text is not null && text.StartsWith(prefix, StringComparison.Ordinal)
            && Guid.TryParseExact(text.AsSpan(prefix.Length), "N", out id);
    }
}
