using Hangfire.Common;
using Hangfire.States;
using Hangfire.Storage;

namespace Payments.Infrastructure.Jobs;

/// <summary>
/// Succeeded jobs stay for half an hour instead of a day: long enough to look at, short enough that the tables stay small. The inbox row,
/// not the job, is the record of a callback.
/// </summary>
internal sealed class ShortRetention : JobFilterAttribute, IApplyStateFilter
{
    public void OnStateApplied(ApplyStateContext context, IWriteOnlyTransaction transaction) =>
        context.JobExpirationTimeout = TimeSpan.FromMinutes(30);

    public void OnStateUnapplied(ApplyStateContext context, IWriteOnlyTransaction transaction)
    {
    }
}
