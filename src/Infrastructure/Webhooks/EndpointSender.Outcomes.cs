using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using Payments.Application.Common;
using Payments.Application.Webhooks;

namespace Payments.Infrastructure.Webhooks;

/// <summary>The half that decides what a try came to, and writes it down.</summary>
internal sealed partial class EndpointSender
{
    /// <summary>True when this process cannot open the webhook's secret; another may.</summary>
    public bool CannotSign { get; private set; }

    private void Note(Delivery delivery, Answered answered)
    {
        var now = Now;
        (triedAt, firstOutcomeAt) = (now, outcomes.Count == 0 ? now : firstOutcomeAt);
        delivery.TryCount++;
        delivery.FirstTryAt ??= answered.Try.At;
        services.Metrics.WebhookTried(answered.Try.Error is null, delivery.Event is { } told ? now - told.At : null);
        if (answered.Try.Error is null)
        {
            NoteTaken(delivery, answered.Try, now);
        }
        else
        {
            NoteRefused(delivery, answered, now);
        }
    }

    private void NoteTaken(Delivery delivery, DeliveryTry tried, DateTimeOffset now)
    {
        queue.End(delivery);
        outcomes.Add(new(delivery, DeliveryStatus.Delivered, tried, null));
        if (IsDown)
        {
            queue.Hurry(now);
        }

        refused.Clear();
        (failingSince, notBefore) = (null, null);
    }

    private void NoteRefused(Delivery delivery, Answered answered, DateTimeOffset now)
    {
        refused.Add(delivery.Position);
        delivery.Refusals++;
        failingSince ??= answered.Try.At;
        if (answered is { RetryAfter: { } pause, Try.StatusCode: 429 or 503 })
        {
            notBefore = now + (pause < LongestPause ? pause : LongestPause);
        }

        // Of an endpoint that takes others; one that takes nothing is disabled, and then it keeps what waits.
        if (delivery.Refusals >= DeliverySchedule.LeastRefusals && now - delivery.FirstTryAt > DeliverySchedule.GiveUpAfter
            && now - failingSince < DeliverySchedule.GiveUpAfter)
        {
            queue.End(delivery);
            outcomes.Add(new(delivery, DeliveryStatus.Failed, answered.Try, null));
            return;
        }

        var next = now + DeliverySchedule.Wait(delivery.Refusals, answered.Try.StatusCode, answered.RetryAfter, Random.Shared.NextDouble());
        foreach (var stored in queue.Wait(delivery, next))
        {
            // Those behind it wait for it, and for nothing else.
            outcomes.Add(new(stored, DeliveryStatus.Pending, stored == delivery ? answered.Try : null, stored == delivery ? next : now));
        }

        // It is read again when its time has come.
        delivery.Event = null;
    }

    /// <summary>Writes what there is; false when the loop is to end.</summary>
    private async Task<bool> Write()
    {
        foreach (var blocked in queue.TakeBlocked())
        {
            outcomes.Add(new(blocked, DeliveryStatus.Pending, null, Now));
            blocked.Event = null;
        }

        var last = outcomes.LastOrDefault(outcome => outcome.Try is not null)?.Try;
        var standing = await services.Store.Write(id, holder, Generation, queue.Place, failingSince, Latest());
        outcomes.Clear();
        writtenAt = Now;
        if (standing?.Generation != Generation || standing.Status != "enabled")
        {
            return false;
        }

        if (Why(last) is { } why)
        {
            await Disable(why, last!.Error);
            return false;
        }

        return true;
    }

    /// <summary>One place may have been tried twice since the last write; one statement writes a row once.</summary>
    private List<Outcome> Latest() => [.. outcomes.GroupBy(outcome => outcome.Delivery.Position).Select(group => group.Last())];

    private DisabledBecause? Why(DeliveryTry? last) => last is null ? null
        : last.StatusCode == 410 ? DisabledBecause.Gone
        : failingSince is { } since && Now - since >= DeliverySchedule.GiveUpAfter ? DisabledBecause.Failing
        : null;

    private async Task Disable(DisabledBecause why, string? last)
    {
        if (await services.Store.Disable(id, holder, Generation, why))
        {
            LogDisabled(services.Log, id.ToString(), webhook.Client, EnumNames.Name(why), last);
        }
    }

    /// <summary>Whether its secret can be opened; where not nothing can be signed.</summary>
    private async Task<bool> CanSign()
    {
        try
        {
            WebhookKeys.Of(webhook.ToWebhook(), services.Secrets, Now);
            return true;
        }
        catch (CryptographicException unreadable)
        {
            CannotSign = true;
            if (disablesUnreadable)
            {
                await Disable(DisabledBecause.SecretUnreadable, unreadable.Message);
            }

            return false;
        }
    }

    [LoggerMessage(EventName = "webhook_disabled", Level = LogLevel.Warning,
        Message = "The webhook {WebhookId} of {Client} is disabled ({Why}): {Last} Nothing is lost: enabled again it goes on where it stopped")]
    private static partial void LogDisabled(ILogger log, string webhookId, string client, string why, string? last);
}
