using System.Globalization;
using Payments.Application.Access;
using Payments.Application.Checkouts;
using Payments.Application.Common;
using Payments.Domain.Checkouts;

namespace Payments.Tests.Unit;

/// <summary>Several shops in one life, who number their orders alike, and customers who mistype what they were shown.</summary>
internal sealed partial class SimulationRun : IClients, IAccountNumbers
{
    private static readonly Caller OtherShop = new("other", true, null);

    /// <summary>So few accounts in some lives that most of what is drawn is taken, and what is taken looks alike.</summary>
    private readonly ulong numbers;

    private readonly bool isShared;

    /// <summary>Decides by itself, so that what else happens in a life does not hang on it.</summary>
    private readonly Random accounts;
    private readonly AccountPolicy policy;

    Task<IReadOnlyCollection<string>> IClients.WithCheckouts() => Task.FromResult<IReadOnlyCollection<string>>(isShared ? ["shop", "other"] : ["shop"]);

    /// <summary>The same for the same name in every process, as the HMAC gives it.</summary>
    Account IAccountNumbers.Draw(string name, int candidate)
    {
        var drawn = 14_695_981_039_346_656_037UL;
        foreach (var letter in string.Create(CultureInfo.InvariantCulture, $"{candidate} {name}"))
        {
            drawn = (drawn ^ letter) * 1_099_511_628_211UL;
        }

        return Account.Make(candidate, drawn % numbers);
    }

    private AccountAllocator Allocator => new(Store, policy, this);

    /// <summary>Whose order it is, and what he calls it: two shops give the same references, some orders have none.</summary>
    private (Caller Caller, string? Reference) NameOf(int number)
    {
        var shop = isShared && number % 2 == 1 ? OtherShop : Shop;
        return accounts.Next(4) == 0
            ? (shop with { Request = new("client/" + shop.Client, string.Create(CultureInfo.InvariantCulture, $"order {number}"), [], keepForEver: false) }, null)
            : (shop, string.Create(CultureInfo.InvariantCulture, $"ORDER-{(isShared ? number / 2 : number)}"));
    }

    /// <summary>What a customer types who was shown this: mostly that, sometimes with a wrong digit or two swapped.</summary>
    private string Typed(Account shown)
    {
        var near = Account.Near(shown.Key).ToList();
        return accounts.Next(10) < 8 ? shown.Value.ToLowerInvariant() : near[accounts.Next(near.Count)];
    }
}
