using Payments.Application.Common;

namespace Payments.Application.Callbacks;

/// <summary>What is not as it was loaded.</summary>
public sealed partial class CallbackBatch
{
    private Dictionary<string, string> loadedAs = [];

    /// <summary>Remembers how everything stands before the first row is judged.</summary>
    public void Snapshot() => loadedAs = Standing();

    /// <summary>What is not as it was then.</summary>
    public IReadOnlyList<ReplayedChange> Changes() =>
    [
        .. Standing()
            .Where(now => loadedAs.GetValueOrDefault(now.Key) != now.Value)
            .Select(now => new ReplayedChange(now.Key, loadedAs.GetValueOrDefault(now.Key), now.Value)),
    ];

    private Dictionary<string, string> Standing()
    {
        var standing = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var checkout in Checkouts)
        {
            standing[checkout.Id.ToString()] = EnumNames.Name(checkout.Status);
            checkout.Attempts.ForEach(a => standing[a.Id.ToString()] = EnumNames.Name(a.Status));
            checkout.Receipts.ForEach(r => standing[r.Id.ToString()] = $"{r.Number?.Value ?? "number unknown"}: {r.Amount}");
        }

        foreach (var transfer in Transfers)
        {
            standing[transfer.PublicId] = EnumNames.Name(transfer.Status);
        }

        return standing;
    }
}
