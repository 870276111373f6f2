using MediatR;
using Payments.Application.Idempotency;
using Payments.Domain.Common;

namespace Payments.Application.Common;

/// <summary>Short database transactions; none is ever open across an HTTP call.</summary>
public interface ITransactions
{
    /// <summary>
    /// Runs <paramref name="work"/> in one transaction, handing it PostgreSQL's transaction time: the only clock that decides
    /// anything. A deadlock or a lock timeout runs it again (at most three times), so it must be safe to start over.
    /// </summary>
    Task<T> Run<T>(Func<DateTimeOffset, Task<T>> work, CancellationToken cancellation);

    /// <summary>
    /// The same for a request that may have an Idempotency-Key (<see cref="Caller.Request"/>): the key is taken first, and kept with what the
    /// result names as made (<see cref="IUseCaseResult.Created"/>). A refusal, or a result that names nothing, gives it back.
    /// </summary>
    /// <exception cref="KeyTakenException">Another request has the key; nothing was done.</exception>
    Task<T> Run<T>(Caller caller, Func<DateTimeOffset, Task<T>> work, CancellationToken cancellation);

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

    /// <summary>Draws one of a kind.</summary>
    public static T Next<T>()
        where T : struct, IId<T> => T.From(Next());
}
