using System.Runtime.CompilerServices;

namespace Payments.Client;

/// <summary>Reads a list to its end.</summary>
internal static class Pages
{
    public static async IAsyncEnumerable<T> All<T>(Func<string?, Task<Page<T>>> list, string? cursor, [EnumeratorCancellation] CancellationToken cancel)
    {
        do
        {
            cancel.ThrowIfCancellationRequested();
            var page = await list(cursor).ConfigureAwait(false);
            foreach (var item in page.Items)
            {
                yield return item;
            }

            cursor = page.NextCursor;
        }
        while (cursor is not null);
    }
}
