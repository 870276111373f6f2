using Xunit;

[assembly: AssemblyFixture(typeof(Payments.Testing.TestDatabase))]

// Most tests wait most of the time, for what happens on the other side of a socket.
[assembly: Xunit.v3.Parallelization(MaxThreads = 6)]
