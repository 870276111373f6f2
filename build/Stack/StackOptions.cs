namespace Payments.Build;

/// <summary>What the developer asked the laptop stack for.</summary>
/// <param name="ApiPort">The loopback port of the API.</param>
/// <param name="SimulatorPort">The loopback port of the simulator.</param>
/// <param name="Database">A connection string used in place of starting PostgreSQL.</param>
/// <param name="Fresh">Whether what earlier runs stored is thrown away first.</param>
internal sealed record StackOptions(int ApiPort = 5080, int SimulatorPort = 5090, string? Database = null, bool Fresh = false)
{
    /// <summary>The API's address.</summary>
    public string ApiUrl => $"http://localhost:{ApiPort}";

    /// <summary>The simulator's address.</summary>
    public string SimulatorUrl => $"http://localhost:{SimulatorPort}";
}
