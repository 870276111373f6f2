namespace Payments.Infrastructure.Database;

/// <summary>Whether the database is there, migrated and ours.</summary>
public sealed class DatabaseState
{
    private readonly TaskCompletionSource ready = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes once migrations have run.</summary>
    public Task Ready => ready.Task;

    /// <summary>True once migrations have run.</summary>
    public bool IsReady => ready.Task.IsCompletedSuccessfully;

    /// <summary>Why not yet; null before the first try.</summary>
    public string? Problem { get; internal set; }

    internal void SetReady() => ready.TrySetResult();
}
