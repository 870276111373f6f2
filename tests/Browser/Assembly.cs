using Payments.Tests.Browser;
using Xunit;
using Xunit.v3;

[assembly: AssemblyFixture(typeof(TestDatabase))]
[assembly: AssemblyFixture(typeof(Chromium))]

// A page at work keeps a core busy; most of the time it waits.
[assembly: Parallelization(MaxThreads = 2)]
