namespace Payments.Application.Diagnostics;

/// <summary>The database as it is.</summary>
public interface IDatabaseInspector
{
    /// <summary>Looks; never throws for what is wrong with the database.</summary>
    Task<DatabaseInspection> Inspect(CancellationToken cancellation);
}
