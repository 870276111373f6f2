using Xunit.Sdk;
using Xunit.v3;

namespace Payments.Testing;

/// <summary>The classes that take longest begin first: one of them begun last would be waited for alone.</summary>
/// <param name="slowest">As <c>.ci/run</c> prints them. A class that is not here begins later, which costs time and nothing else.</param>
public abstract class SlowestFirst(params string[] slowest) : ITestCollectionOrderer
{
    public IReadOnlyCollection<TTestCollection> OrderTestCollections<TTestCollection>(IReadOnlyCollection<TTestCollection> testCollections)
        where TTestCollection : ITestCollection => [.. testCollections.OrderBy(Place)];

    private int Place<TTestCollection>(TTestCollection collection)
        where TTestCollection : ITestCollection
    {
        var place = Array.FindIndex(slowest, name => collection.TestCollectionDisplayName.Contains($".{name} ", StringComparison.Ordinal));
        return place < 0 ? slowest.Length : place;
    }
}
