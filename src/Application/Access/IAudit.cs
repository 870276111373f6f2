using Payments.Application.Common;

namespace Payments.Application.Access;

/// <summary>Who did what: append-only, in the transaction of the deed.</summary>
public interface IAudit
{
    /// <summary>Adds a line. Call inside <see cref="ITransactions"/>.</summary>
    /// <param name="actor">Who: <see cref="Caller.Actor"/>.</param>
    /// <param name="action">What, as <c>thing.verb</c>: <c>key.revoke</c>.</param>
    /// <param name="subject">The public id of the row it was done to.</param>
    /// <param name="before">What was there, as an object to be written as JSON; null when nothing was.</param>
    /// <param name="after">What is there now; null when nothing is. Neither may hold a secret.</param>
    Task Write(string actor, string action, string subject, object? before, object? after);
}
