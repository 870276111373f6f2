namespace Payments.Api.Hosting;

/// <summary>How a process ends when it is told to (configuration section <c>Shutdown</c>).</summary>
internal sealed class ShutdownOptions
{
    /// <summary>
    /// How long it goes on serving while <c>/health/ready</c> says 503 already, so that a balancer which asks every few seconds sends
    /// nothing more when the door closes. Zero where nothing asks; beyond a minute nobody waits for a process to end.
    /// </summary>
    public TimeSpan Notice { get; set; }

    /// <summary>
    /// How long the last requests, the last commit and the jobs may take after the notice. The last prompt's reply takes seconds, a batch
    /// half a second; whoever stops the process must wait longer than both together (compose.yaml and the unit file do).
    /// </summary>
    public TimeSpan Limit { get; set; } = TimeSpan.FromSeconds(25);

    /// <summary>
    /// The share of the limit that requests under way get, above the eight seconds the longest of ours waits for a prompt's reply. Kestrel
    /// waits for its last connection and minds no other limit while it ends: without this, one client that sends half a request and
    /// falls silent would use up the time of everything that ends after it.
    /// </summary>
    public TimeSpan Requests => Limit / 2;
}
