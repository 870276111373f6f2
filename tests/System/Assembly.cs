using Xunit;

[assembly: AssemblyFixture(typeof(Payments.Testing.TestDatabase))]

// These load the machine by themselves, and some measure how long something takes.
[assembly: Xunit.v3.Parallelization(MaxThreads = 4)]
