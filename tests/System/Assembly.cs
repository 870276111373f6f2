using Payments.Tests.SystemTests;
using Xunit;
using Xunit.v3;

[assembly: AssemblyFixture(typeof(TestDatabase))]
[assembly: TestCollectionOrderer(typeof(LongestSystem))]

// These load the machine by themselves, and some measure how long something takes.
[assembly: Parallelization(MaxThreads = 4)]

namespace Payments.Tests.SystemTests;

public sealed class LongestSystem() : SlowestFirst(
    nameof(FairnessTests), nameof(ConnectionTests), nameof(FloodTests), nameof(OutageTests), nameof(OverloadTests), nameof(BigCountsTests));
