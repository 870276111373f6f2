using Payments.Infrastructure;
using Xunit;

namespace Payments.Tests.Unit;

public sealed class SharedLookTests
{
    private TaskCompletionSource<int> looking = new();
    private int looks;

    [Fact]
    public async Task Whoever_asks_while_somebody_looks_is_told_what_that_one_sees()
    {
        var shared = Make();
        var together = Enumerable.Range(0, 1000).Select(_ => shared.Look(CancellationToken.None)).ToList();
        looking.SetResult(1);

        Assert.All(await Task.WhenAll(together), seen => Assert.Equal(1, seen));
        Assert.Equal(1, looks);

        looking = new();
        looking.SetResult(2);
        Assert.Equal(2, await shared.Look(CancellationToken.None));
        Assert.Equal(2, looks);
    }

    [Fact]
    public async Task A_look_that_failed_is_nobody_elses_and_one_who_leaves_takes_it_from_nobody()
    {
        var shared = Make();
        using var leaving = new CancellationTokenSource();
        var (gone, staying) = (shared.Look(leaving.Token), shared.Look(CancellationToken.None));
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => gone);
        looking.SetException(new TimeoutException());
        await Assert.ThrowsAsync<TimeoutException>(() => staying);

        looking = new();
        looking.SetResult(3);
        Assert.Equal(3, await shared.Look(CancellationToken.None));
    }

    private SharedLook<int> Make() => new(() =>
    {
        Interlocked.Increment(ref looks);
        return looking.Task;
    });
}
