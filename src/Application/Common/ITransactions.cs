using MediatR;
using Payments.Application.Idempotency;

namespace Payments.Application.Common;

/// <summary>Short database transactions; none is ever open across an HTTP call.</summary>
public interface ITransactions
{
    /// <summary>
    /// Runs <paramref name="work"/> in one transaction, handing it PostgreSQL's transaction time: the only clock that decides
    /// anything. A deadlock or a lock timeout runs it again (at most three times), so it must be safe to start over. In a request with
    /// an Idempotency-Key, work that says what it made (<see cref="IdempotentRequest.RecordResult"/>) and is not refused commits the key with it.
    /// </summary>
    Task<T> Run<T>(Func<DateTimeOffset, Task<T>> work, CancellationToken cancellation);

    /// <summary>
    /// The same for what must not be lost because a row is locked or the database is away for a while, such as Safaricom's reply: tried again,
    /// ever slower, for ten minutes. A commit whose answer was lost is run again, too.
    /// </summary>
    Task<T> RunWithRetry<T>(Func<DateTimeOffset, Task<T>> work);

    /// <summary>The same, but everything is rolled back: only the answer stays.</summary>
    Task<T> DryRun<T>(Func<DateTimeOffset, Task<T>> work, CancellationToken cancellation);
}

/// <summary>Sends a command that outlives the request that caused it; a shutdown waits for it.</summary>
public interface IBackgroundCommands
{
    /// <summary>Starts the command in a scope of its own.</summary>
    Task<T> Send<T>(IRequest<T> command);
}

/// <summary>New row ids: UUIDv7, so that rows made together lie together.</summary>
public static class NewId
{
    /// <summary>Draws one.</summary>
    public static Guid Next() => Guid.CreateVersion7();
}
