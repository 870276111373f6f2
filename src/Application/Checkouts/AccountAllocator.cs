using Payments.Application.Common;
using Payments.Domain.Checkouts;

namespace Payments.Application.Checkouts;

/// <summary>Draws the accounts that this service makes.</summary>
public interface IAccountNumbers
{
    /// <summary>
    /// The candidate number <paramref name="candidate"/> for what is asked for under this name: always the same for the same name, and without our
    /// secret nobody can tell it, nor the next one, from those he knows.
    /// </summary>
    Account Draw(string name, int candidate);
}

/// <summary>Chooses the account of a new checkout: the shop's order reference where that may be one, else one that is made.</summary>
/// <remarks>
/// It is made of what the caller said, like the name of a money request (R18): made again after a restore, an order has the account its customer was
/// shown, and what he paid meanwhile is found by it. Two that choose the same at once meet at the unique index; whoever comes second chooses again.
/// </remarks>
public sealed class AccountAllocator(ICheckouts checkouts, AccountPolicy policy, IAccountNumbers numbers)
{
    /// <summary>The account of a checkout about to be added. Call inside <see cref="ITransactions"/>.</summary>
    /// <exception cref="InvalidOperationException">Every candidate is taken: the numbers are used up.</exception>
    public async Task<Account> Choose(Caller caller, OrderReference? reference)
    {
        var own = reference is { } given && await policy.MayBeAccount(caller.Client, given) ? Account.Of(given) : (Account?)null;
        var name = Name(caller, reference);
        List<Account> made = [.. Enumerable.Range(0, Account.Candidates).Select(candidate => numbers.Draw(name, candidate))];
        var taken = await checkouts.TakenAccounts([.. made.Select(account => account.Key)], own is { } wanted ? [wanted.Key] : []);
        return (own is { } first ? made.Prepend(first) : made).Select(account => (Account?)account).FirstOrDefault(account => !taken.Contains(account!.Value.Key))
            ?? throw new InvalidOperationException("All accounts that were drawn are taken.");
    }

    /// <summary>What an order that is made again is known by; without anything of the caller's it is never made again.</summary>
    private static string Name(Caller caller, OrderReference? reference) =>
        reference is { } given ? $"reference\n{caller.Client}\n{given.Key}"
        : caller.Request is { } request ? $"request\n{request.Owner}\n{request.Key}"
        : $"id\n{NewId.Next():N}";
}
