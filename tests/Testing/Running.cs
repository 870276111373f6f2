using Xunit;

namespace Payments.Testing;

/// <summary>One API with its simulator for all tests of a class; derive to give it settings.</summary>
public class Running(TestDatabase databases) : IAsyncLifetime
{
    public PaymentsHost Host { get; private set; } = null!;

    /// <summary>For further deployments beside this one.</summary>
    public TestDatabase Databases => databases;

    /// <summary>Configuration of the API, or of the simulator.</summary>
    protected virtual string[] Settings => [];

    public virtual async ValueTask InitializeAsync() => Host = await PaymentsHost.Start(databases, Settings);

    public async ValueTask DisposeAsync()
    {
        await Host.DisposeAsync();
        GC.SuppressFinalize(this);
    }
}

/// <summary>The same with every address a deployment has.</summary>
public sealed class RunningWithMetrics(TestDatabase databases) : Running(databases)
{
    protected override string[] Settings => [PaymentsHost.Metrics];
}
