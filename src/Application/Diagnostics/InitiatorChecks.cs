using Payments.Application.Common;
using Payments.Application.Daraja;
using Payments.Application.Reconciliation;

namespace Payments.Application.Diagnostics;

/// <summary>
/// Whether M-PESA takes the initiator's name and password: a balance query, whose answer comes by callback. Repeated wrong passwords lock
/// the API user, so each configured value is tried once for ever, whoever asks and from however many processes; what came of it is kept.
/// </summary>
internal static class InitiatorChecks
{
    private const string What = "M-PESA accepts the initiator's name and password";

    public static async Task Run(DiagnosticRun round, IDarajaInspector daraja, IDiagnosticsStore records, IStatusQueries questions, CancellationToken cancellation)
    {
        var apps = daraja.Apps.Where(app => app.Initiator is not null).ToList();
        if (apps.Count == 0)
        {
            round.Skip("daraja.initiator", What, "no initiator is configured: nothing is paid out or reversed");
        }

        foreach (var app in apps)
        {
            if (round.NoDatabase is { } away)
            {
                round.Skip("daraja.initiator", What, $"what was tried is kept in the database, and {away}");
            }
            else if (round.SpoiltCredentials.Contains(app.TokenKey))
            {
                round.Skip("daraja.initiator", What, "the certificate would spoil its password");
            }
            else if (await records.FindTry(app.Fingerprints, cancellation) is { } before)
            {
                Tell(round, app, before, "was tried before");
            }
            else if (round.LeavesInitiator)
            {
                round.Skip("daraja.initiator", What, "left out by --no-initiator");
            }
            else if (round.NoDaraja is { } closed)
            {
                round.Skip("daraja.initiator", What, closed);
            }
            else if (!round.CallbacksArrive)
            {
                round.Skip("daraja.initiator", What, "its answer comes by callback, and no callback gets through: that first");
            }
            else
            {
                await Ask(round, app, daraja, records, questions, cancellation);
            }
        }
    }

    private static async Task Ask(
        DiagnosticRun round, DarajaAppFacts app, IDarajaInspector daraja, IDiagnosticsStore records, IStatusQueries questions, CancellationToken cancellation)
    {
        var question = NewId.Next();
        if (!await records.BeginTry(app.Fingerprints[0], question, app.IsPaying))
        {
            round.Skip("daraja.initiator", What, "another doctor is trying it just now: ask again in a moment");
            return;
        }

        // Not given up in the middle: what Safaricom says is to be kept.
        switch (await daraja.AskBalance(app, question, CancellationToken.None))
        {
            case Reply.Accepted accepted:
                await questions.Accepted(question, accepted.RequestId, accepted.OtherId);
                break;
            case Reply.Refused { NeverArrived: true } refused:
                await records.ForgetTry(question);
                if (refused.Failure.Retryable)
                {
                    round.Skip("daraja.initiator", What, $"the question did not get as far as M-PESA: {Words(refused)}");
                }
                else
                {
                    round.Fail("daraja.initiator", What, $"The question did not get as far as M-PESA: {Words(refused)}",
                        "Do what it says, then run the doctor again: the password itself was not tried.");
                }

                return;
            case Reply.Refused refused:
                await records.RefuseTry(question, Words(refused));
                break;
        }

        var started = round.Clock.GetTimestamp();
        InitiatorCheck? now;
        while ((now = await records.FindTry(app.Fingerprints, cancellation)) is { Refusal: null, AnsweredAt: null }
            && round.Clock.GetElapsedTime(started) < round.Limits.Balance)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(200), round.Clock, cancellation);
        }

        if (now is null)
        {
            round.Skip("daraja.initiator", What, "what was tried is not on record any more");
            return;
        }

        Tell(round, app, now, "was tried now");
    }

    private static void Tell(DiagnosticRun round, DarajaAppFacts app, InitiatorCheck tried, string when)
    {
        var who = $"{app.Initiator} for {app.Shortcode} {when}";
        var why = tried.Refusal ?? tried.Answer;
        if (tried is { Refusal: null, Answer: StatusQuery.Told })
        {
            round.Ok("daraja.initiator", What, $"{who}: accepted.");
        }
        else if (why is not null)
        {
            round.Fail("daraja.initiator", What, $"{who}: {why}",
                $"Correct {app.Section}__InitiatorName, __InitiatorPassword and __CertificatePath; the same values are not tried again, "
                + "for M-PESA locks an API user after a few wrong passwords.");
        }
        else
        {
            round.Warn("daraja.initiator", What, $"{who} at {tried.AskedAt:HH:mm}Z, and no answer has come.",
                "Run the doctor again in a minute: the answer is kept when it comes. If none comes, Safaricom cannot reach the public address.");
        }
    }

    private static string Words(Reply.Refused refused) => refused.Failure is { ProviderText: { Length: > 0 } text } failure
        ? $"{failure.Message} Safaricom said: {failure.ResultCode} {text}" : refused.Failure.Message;
}
