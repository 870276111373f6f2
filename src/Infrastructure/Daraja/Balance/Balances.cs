using Payments.Application.Callbacks;
using Payments.Domain.Common;

namespace Payments.Infrastructure.Daraja.Balance;

/// <summary>Reads what is on our accounts, from a balance query or as it comes along with a transfer's result (docs/protocol/b2c-b2b.md#b2c, b2c-b2b.md#b2b, status-balance-reversal.md).</summary>
internal static class Balances
{
    /// <summary>A shortcode has five to seven accounts.</summary>
    private const int MaxAccounts = 20;

    private const int MaxName = 100;

    /// <summary>Where a B2C result says what is left on an account.</summary>
    private static readonly (byte[] Key, string Account)[] B2c =
    [
        ("B2CUtilityAccountAvailableFunds"u8.ToArray(), "Utility Account"),
        ("B2CWorkingAccountAvailableFunds"u8.ToArray(), "Working Account"),
        ("B2CChargesPaidAccountAvailableFunds"u8.ToArray(), "Charges Paid Account"),
    ];

    /// <summary>
    /// Reads <c>Name|KES|current|available|reserved|uncleared</c>, joined by <c>&amp;</c>, or cut after <c>current</c>; parts that cannot
    /// be read are left out, and so is what is in another currency.
    /// </summary>
    public static IReadOnlyList<AccountBalance> Parse(string? text) => Parse(text, out _);

    /// <inheritdoc cref="Parse(string?)"/>
    /// <param name="unread">How many parts were left out: a list with such is not all there is on our accounts.</param>
    public static IReadOnlyList<AccountBalance> Parse(string? text, out int unread)
    {
        var accounts = new List<AccountBalance>();
        var parts = (text ?? "").Split('&', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        foreach (var part in parts.Take(MaxAccounts))
        {
            var fields = part.Split('|');
            if (fields.Length >= 3 && fields[0].Trim() is { Length: > 0 and <= MaxName } name && fields[1].Trim() is "KES" or ""
                && Available(LenientJson.ParseNumber(fields[Math.Min(3, fields.Length - 1)])) is { } available)
            {
                accounts.Add(new(name, available));
            }
        }

        unread = parts.Length - accounts.Count;
        return accounts;
    }

    /// <summary>What a B2C, B2B or reversal result says of the accounts it touched; empty when nothing.</summary>
    public static IReadOnlyList<AccountBalance> AlongWith(ResultParameters entries)
    {
        List<AccountBalance>? accounts = null;
        foreach (var (key, account) in B2c)
        {
            if (Available(entries[key].Number()) is { } available)
            {
                (accounts ??= []).Add(new(account, available));
            }
        }

        if (accounts is not null)
        {
            return accounts;
        }

        var affected = entries["DebitPartyAffectedAccountBalance"u8].Text() ?? entries["DebitAccountBalance"u8].Text();
        return affected is null ? [] : Parse(affected);
    }

    /// <summary>Balances may be below zero (charges), and old samples have three decimals: cents are enough here.</summary>
    private static Money? Available(decimal? shillings) =>
        shillings is > -1_000_000_000_000m and < 1_000_000_000_000m ? Money.FromCents((long)(shillings.Value * 100)) : null;
}
