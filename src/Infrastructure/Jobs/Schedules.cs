using System.Globalization;
using Hangfire;
using Payments.Application.C2b;
using Payments.Infrastructure.C2b;
using Payments.Infrastructure.Daraja;
using Payments.Infrastructure.Idempotency;
using Payments.Infrastructure.Privacy;

namespace Payments.Infrastructure.Jobs;

/// <summary>Everything that runs by the clock. A round takes what is due and leaves the rest to the next one.</summary>
internal static class Schedules
{
    private const string PullId = "pull-confirmations";

    public static void Set(IRecurringJobManager recurring, DarajaOptions daraja, C2bOptions c2b)
    {
        recurring.AddOrUpdate<RecurringJobs>("reconcile", jobs => jobs.Reconcile(), "*/5 * * * * *");
        recurring.AddOrUpdate<RecurringJobs>("reconcile-transfers", jobs => jobs.ReconcileTransfers(), "*/5 * * * * *");
        recurring.AddOrUpdate<RecurringJobs>("ask-about-claims", jobs => jobs.AskAboutClaims(), "*/15 * * * * *");
        recurring.AddOrUpdate<RecurringJobs>("end-due-checkouts", jobs => jobs.EndDue(), "*/15 * * * * *");

        // Only where Safaricom granted Pull.
        if (daraja.NominatedNumber is null)
        {
            recurring.RemoveIfExists(PullId);
        }
        else
        {
            recurring.AddOrUpdate<C2bJobs>(PullId, jobs => jobs.Pull(), Every(c2b.PullEvery));
        }

        // Hourly, each at a minute of its own.
        recurring.AddOrUpdate<IdempotencyJobs>("clean-idempotency-keys", jobs => jobs.Clean(), "17 * * * *");
        recurring.AddOrUpdate<PrivacyJobs>("erase-personal-data", jobs => jobs.Erase(), "41 * * * *");
    }

    private static string Every(TimeSpan time) => time < TimeSpan.FromMinutes(1)
        ? string.Create(CultureInfo.InvariantCulture, $"*/{time.TotalSeconds} * * * * *")
        : time < TimeSpan.FromHours(1) ? string.Create(CultureInfo.InvariantCulture, $"*/{time.TotalMinutes} * * * *") : "0 * * * *";
}
