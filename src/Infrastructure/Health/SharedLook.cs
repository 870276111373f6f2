namespace Payments.Infrastructure;

/// <summary>
/// One look at something at a time, for all who ask meanwhile: anybody may ask for health, as often as he likes, and each look of his own would
/// cost the database its statements.
/// </summary>
/// <param name="look">Looks; ends by itself within seconds.</param>
public sealed class SharedLook<T>(Func<Task<T>> look)
{
    private readonly Lock gate = new();
    private Task<T>? looking;

    /// <summary>What is seen now; a caller who goes away leaves the look to the others.</summary>
    public Task<T> Look(CancellationToken cancellation)
    {
        lock (gate)
        {
            looking = looking is { IsCompleted: false } ? looking : Task.Run(look, CancellationToken.None);
            return looking.WaitAsync(cancellation);
        }
    }
}
