namespace Payments.Infrastructure.Database;

/// <summary>Section <c>ConnectionStrings</c>.</summary>
public sealed class ConnectionOptions
{
    /// <summary>
    /// PostgreSQL 14 or newer: <c>Host=db;Database=payments;Username=payments;Password=…</c>. The service makes its tables itself. With
    /// <c>Maximum Pool Size</c> the process opens at most so many connections (30 in an api, 31 in a worker, 48 in both otherwise); what would change how the service works is not used.
    /// </summary>
    public string? Payments { get; set; }
}
