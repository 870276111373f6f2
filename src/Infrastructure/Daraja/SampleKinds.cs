using System.Text;
using Payments.Application.Diagnostics;

namespace Payments.Infrastructure.Daraja;

/// <summary>
/// Payloads as Safaricom publishes them. Numbers are the sandbox's own, ids and receipts are nobody's, and the account is longer than any order
/// reference, so that even without its mark none of them could be taken for a payment of ours.
/// </summary>
public static class SampleKinds
{
    /// <summary>What can be asked for: <c>stk</c>, <c>c2b</c>, … and <c>all</c>.</summary>
    public static IReadOnlyList<string> All { get; } = [.. DarajaOperations.Channels.Values.Select(channel => channel.Section).Distinct(), "all"];

    /// <summary>The payloads of one kind, or of all; none for an unknown kind.</summary>
    internal static IReadOnlyList<SampleCallback> Of(string kind) =>
    [
        .. from channel in DarajaOperations.Channels.Values
           where kind == "all" || channel.Section == kind
           from sample in channel.Samples
           select new SampleCallback(sample.Name, channel.Kind, Encoding.UTF8.GetBytes(sample.Body)),
    ];
}
