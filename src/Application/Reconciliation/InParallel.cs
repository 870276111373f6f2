using System.Runtime.ExceptionServices;

namespace Payments.Application.Reconciliation;

/// <summary>How one round gets through what it took.</summary>
internal static class InParallel
{
    /// <summary>
    /// Does everything in the queue, so many at once. One that fails does not keep the others from being done; the first failure is thrown
    /// at the end.
    /// </summary>
    public static async Task Work<T>(Queue<T> left, int atOnce, Func<T, Task> one)
    {
        await Task.WhenAll(Enumerable.Range(0, Math.Min(atOnce, left.Count)).Select(_ => GoThrough()));

        async Task GoThrough()
        {
            Exception? first = null;
            while (Next() is (true, var item))
            {
                try
                {
                    await one(item);
                }
                catch (Exception failure)
                {
                    first ??= failure;
                }
            }

            if (first is not null)
            {
                ExceptionDispatchInfo.Throw(first);
            }
        }

        (bool IsThere, T Item) Next()
        {
            lock (left)
            {
                return left.TryDequeue(out var item) ? (true, item) : (false, default!);
            }
        }
    }
}
