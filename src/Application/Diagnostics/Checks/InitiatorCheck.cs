using Payments.Application.Common;
using Payments.Application.Daraja;
using Payments.Application.Reconciliation;
using Payments.Domain.Common;

namespace Payments.Application.Diagnostics.Checks;

/// <summary>
/// Whether M-PESA takes the initiator's name and password: a balance query, whose answer comes by callback. Repeated wrong passwords lock
/// the API user, so each configured value is tried once for ever, whoever asks and from however many processes; what came of it is kept.
/// </summary>
internal sealed class InitiatorCheck(IDarajaInspector daraja, IDiagnosticsStore store, IStatusQueries queries) : IDiagnosticCheck
{
    private const string What = "M-PESA accepts the initiator's name and password";

    public string Name => "daraja.initiator";

    public string Subject => "The initiator";

    public async Task Run(DiagnosticRun run, CancellationToken cancellation)
    {
        var apps = daraja.Apps.Where(app => app.Initiator is not null).ToList();
        if (apps.Count == 0)
        {
            run.Skip("daraja.initiator", What, "no initiator is configured: nothing is paid out or reversed");
        }

        foreach (var app in apps)
        {
            if (run.NoDatabase is { } away)
            {
                run.Skip("daraja.initiator", What, $"what was tried is kept in the database, and {away}");
            }
            else if (run.SpoiltCredentials.Contains(app.TokenKey))
            {
                run.Skip("daraja.initiator", What, "the certificate would spoil its password");
            }
            else if (await store.FindTry(app.Fingerprints, cancellation) is { } before)
            {
                Tell(run, app, before, "was tried before");
            }
            else if (run.LeavesInitiator)
            {
                run.Skip("daraja.initiator", What, "left out by --no-initiator");
            }
            else if (run.NoDaraja is { } closed)
            {
                run.Skip("daraja.initiator", What, closed);
            }
            else if (!run.CallbacksArrive)
            {
                run.Skip("daraja.initiator", What, "its answer comes by callback, and no callback gets through: that first");
            }
            else
            {
                await Ask(run, app, daraja, store, queries, cancellation);
            }
        }
    }

    private static async Task Ask(
        DiagnosticRun run, DarajaAppFacts app, IDarajaInspector daraja, IDiagnosticsStore store, IStatusQueries queries, CancellationToken cancellation)
    {
        var question = NewId.Next<StatusQueryId>();
        if (!await store.BeginTry(app.Fingerprints[0], question, app.IsPaying))
        {
            run.Skip("daraja.initiator", What, "another doctor is trying it just now: ask again in a moment");
            return;
        }

        // Not given up in the middle: what Safaricom says is to be kept.
        switch (await daraja.AskBalance(app, question, CancellationToken.None))
        {
            case Reply.Accepted accepted:
                await queries.Accepted(question, accepted.RequestId, accepted.OtherId);
                break;
            case Reply.Refused { NeverArrived: true } refused:
                await store.ForgetTry(question);
                if (refused.Failure.Retryable)
                {
                    run.Skip("daraja.initiator", What, $"the question did not get as far as M-PESA: {Words(refused)}");
                }
                else
                {
                    run.Fail("daraja.initiator", What, $"The question did not get as far as M-PESA: {Words(refused)}",
                        "Do what it says, then run the doctor again: the password itself was not tried.");
                }

                return;
            case Reply.Refused refused:
                await store.RefuseTry(question, Words(refused));
                break;
        }

        var started = run.Clock.GetTimestamp();
        InitiatorTrial? now;
        while ((now = await store.FindTry(app.Fingerprints, cancellation)) is { Refusal: null, AnsweredAt: null }
            && run.Clock.GetElapsedTime(started) < run.Limits.Balance)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(200), run.Clock, cancellation);
        }

        if (now is null)
        {
            run.Skip("daraja.initiator", What, "what was tried is not on record any more");
            return;
        }

        Tell(run, app, now, "was tried now");
    }

    private static void Tell(DiagnosticRun run, DarajaAppFacts app, InitiatorTrial tried, string when)
    {
        var who = $"{app.Initiator} for {app.Shortcode} {when}";
        var why = tried.Refusal ?? tried.Answer;
        if (tried is { Refusal: null, Answer: StatusQuery.Told })
        {
            run.Ok("daraja.initiator", What, $"{who}: accepted.");
        }
        else if (why is not null)
        {
            run.Fail("daraja.initiator", What, $"{who}: {why}",
                $"Correct {app.Section}__InitiatorName, __InitiatorPassword and __CertificatePath; the same values are not tried again, "
                + "for M-PESA locks an API user after a few wrong passwords.");
        }
        else
        {
            run.Warn("daraja.initiator", What, $"{who} at {tried.AskedAt:HH:mm}Z, and no answer has come.",
                "Run the doctor again in a minute: the answer is kept when it comes. If none comes, Safaricom cannot reach the public address.");
        }
    }

    private static string Words(Reply.Refused refused) => refused.Failure is { ProviderText: { Length: > 0 } text } failure
        ? $"{failure.Message} Safaricom said: {failure.ResultCode} {text}" : refused.Failure.Message;
}
