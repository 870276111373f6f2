namespace Payments.Build;

/// <summary>What the developer asked the laptop stack for.</summary>
/// <param name="ApiPort">The loopback port of the API.</param>
/// <param name="SimulatorPort">The loopback port of the simulator.</param>
/// <param name="Database">A connection string used in place of starting PostgreSQL.</param>
/// <param name="Fresh">Whether what earlier runs stored is thrown away first.</param>
/// <param name="Tunnel">
/// The tunnel that gives the public address (<c>auto</c>, <c>ngrok</c>, <c>cloudflared</c>): Safaricom's sandbox in place of the simulator.
/// </param>
/// <param name="TunnelApi">The tunnel's local API, where it is not in its usual place.</param>
/// <param name="PublicUrl">A public address of the developer's own, in place of a tunnel's.</param>
internal sealed record StackOptions(
    int ApiPort = 5080, int SimulatorPort = 5090, string? Database = null, bool Fresh = false, string? Tunnel = null, string? TunnelApi = null,
    string? PublicUrl = null)
{
    /// <summary>Whether Safaricom's sandbox is on the other side, reached from the Internet, and not the simulator.</summary>
    public bool IsSandbox => Tunnel is not null || PublicUrl is not null;

    /// <summary>The API's address.</summary>
    public string ApiUrl => $"http://localhost:{ApiPort}";

    /// <summary>The simulator's address.</summary>
    public string SimulatorUrl => $"http://localhost:{SimulatorPort}";
}
