using Payments.Domain.Common;
using Payments.Domain.Receipts;

namespace Payments.Application.C2b;

/// <summary>What a batch shows of the hash that messages carry in place of payers' numbers (R16).</summary>
/// <remarks>
/// Equal to the hash of a number we know, a hash cannot be by accident: it says which one is used. A hash beside a payment whose payer is
/// known for certain, for its prompt's own callback named it, and that is no hash of that number, says that another is used, and ends what
/// was believed. Whatever else is shown says nothing.
/// </remarks>
public sealed class PayerHashes
{
    private readonly Dictionary<PayerHash, int> seen = [];
    private bool isAnother;

    /// <summary>Looks at one payer that is shown beside a number we know.</summary>
    /// <param name="isCertain">True when it is certain that this number paid.</param>
    public void Look(string? shown, Msisdn? known, bool isCertain)
    {
        if (known is not { } phone || !PayerHint.IsHash(shown))
        {
            return;
        }

        if (PayerHint.HashIn(shown, phone) is { } form)
        {
            seen[form] = seen.GetValueOrDefault(form) + 1;
        }
        else
        {
            isAnother |= isCertain;
        }
    }

    /// <summary>What is to be noted, if it is news; several in one batch are no form either.</summary>
    /// <param name="known">What is known already.</param>
    public (PayerHash? Used, int Times)? News(PayerHash? known) =>
        isAnother || seen.Count > 1 ? (null, 0)
        : seen.Count == 1 && seen.Single() is var (form, times) && form != known ? (form, times)
        : null;
}
