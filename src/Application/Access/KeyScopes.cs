namespace Payments.Application.Access;

/// <summary>What a key may do.</summary>
public static class KeyScopes
{
    public const string Checkouts = "checkouts";
    public const string Payouts = "payouts";
    public const string Ops = "ops";

    /// <summary>Every scope there is.</summary>
    public static readonly IReadOnlyList<string> All = [Checkouts, Payouts, Ops];
}
