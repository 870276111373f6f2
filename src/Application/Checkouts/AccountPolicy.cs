using Payments.Application.Access;
using Payments.Domain.Checkouts;

namespace Payments.Application.Checkouts;

/// <summary>
/// Whose order references are accounts. While one client has keys to make checkouts, all of them; where several have, those that start with the prefix
/// an operator gave that client: without it one shop could take the reference another's customers will type, and get their money.
/// </summary>
public sealed class AccountPolicy(AccountPrefixes prefixes, IClients clients)
{
    /// <summary>Whether a reference of this client may be the account of its checkout, unless somebody has it.</summary>
    public async Task<bool> MayBeAccount(string client, OrderReference reference) => prefixes.OwnerOf(reference) is { } owner
        ? owner == client
        : (await clients.WithCheckouts()).All(other => other == client);
}

/// <summary>The prefixes clients were given (configuration section <c>Clients</c>).</summary>
public sealed class AccountPrefixes(IEnumerable<ClientOptions> clients)
{
    private readonly (string Client, string Prefix)[] given =
        [.. clients.Where(c => c.AccountPrefix is not null).Select(c => (c.Name!, c.AccountPrefix!.ToUpperInvariant()))];

    /// <summary>The client whose prefix a reference starts with, in its compared form; null when it is nobody's. None is the start of another.</summary>
    public string? OwnerOf(OrderReference reference) =>
        Array.Find(given, g => reference.Key.StartsWith(g.Prefix, StringComparison.Ordinal)).Client;
}
