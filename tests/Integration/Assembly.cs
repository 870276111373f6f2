using Payments.Tests.Integration;
using Xunit;
using Xunit.Sdk;
using Xunit.v3;

[assembly: AssemblyFixture(typeof(TestDatabase))]
[assembly: TestCollectionOrderer(typeof(SlowestFirst))]

// Most tests wait most of the time, for what happens on the other side of a socket.
[assembly: Parallelization(MaxThreads = 12)]

namespace Payments.Tests.Integration;

/// <summary>The classes that take longest begin first: one of them begun last would be waited for alone.</summary>
public sealed class SlowestFirst : ITestCollectionOrderer
{
    /// <summary>As <c>.ci/run</c> prints them. A class that is not here begins later, which costs time and nothing else.</summary>
    private static readonly string[] Slowest =
    [
        nameof(MadeUpTokenTests), nameof(OthersDatabasesTests), nameof(DoctorSafaricomTests), nameof(WaitingTests), nameof(PullTimeTests), nameof(OwnRoleTests),
        nameof(PullPagesTests), nameof(RefundTests), nameof(PullListTests), nameof(SpoolTrustTests), nameof(ClockTests), nameof(BrokenRequestTests),
    ];

    public IReadOnlyCollection<TTestCollection> OrderTestCollections<TTestCollection>(IReadOnlyCollection<TTestCollection> testCollections)
        where TTestCollection : ITestCollection => [.. testCollections.OrderBy(Place)];

    private static int Place<TTestCollection>(TTestCollection collection)
        where TTestCollection : ITestCollection
    {
        var place = Array.FindIndex(Slowest, name => collection.TestCollectionDisplayName.Contains($".{name} ", StringComparison.Ordinal));
        return place < 0 ? Slowest.Length : place;
    }
}
