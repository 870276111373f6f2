using System.Globalization;
using Payments.Application.Callbacks;
using Payments.Application.Daraja;
using Payments.Domain.Common;

namespace Payments.Tests.Unit;

/// <summary>Prompts: accepted or not, answered or not, told or not.</summary>
internal sealed partial class Mpesa
{
    /// <summary>One push that was accepted.</summary>
    private sealed class Push(Guid attempt, string requestId, DateTimeOffset at)
    {
        public Guid Attempt => attempt;

        public string RequestId => requestId;

        public DateTimeOffset At => at;

        /// <summary>What became of it; null while the phone rings.</summary>
        public PaymentResult? Ended { get; set; }

        /// <summary>A failure that is told before the end and is none.</summary>
        public bool LiesFirst { get; init; }
    }

    /// <summary>Takes a push, or not; <paramref name="reply"/> is called once, late, or never if the caller has died meanwhile.</summary>
    public void Take(StkPushRequest prompt, Action<Reply> reply)
    {
        if (time.Chance(manners.Refuse))
        {
            time.Within(0.05, 2, "the push is refused", () => reply(new Reply.Refused(new(FailureCode.Busy, "500.003.02", "Busy.", true))));
            return;
        }

        var requestId = string.Create(CultureInfo.InvariantCulture, $"ws_CO_{numbers++:0000}{prompt.Phone.Value[3..]}");
        var push = new Push(prompt.AttemptId.Value, requestId, time.Now) { LiesFirst = time.Chance(manners.Lie) };
        pushes[requestId] = push;
        if (time.Chance(manners.LoseReply))
        {
            time.Within(0.1, 30, "the push's reply is lost", () => reply(new Reply.Indeterminate("cut")));
        }
        else
        {
            time.Within(0.05, time.Chance(0.1) ? 25 : 1, "the push is accepted", () => reply(new Reply.Accepted(requestId, "m-" + requestId)));
        }

        // Most answer soon; some so late that the first question comes before the end, and some after everybody has given up waiting.
        var (from, to) = time.Pick(0, 9) switch
        {
            < 6 => (0.2, 40.0),
            < 9 => (46, 59),
            _ => (60, 170),
        };
        time.Within(from, to, $"prompt {requestId} ends", () => End(push, prompt));
    }

    /// <summary>An STK query.</summary>
    public PaymentResult Answer(string requestId)
    {
        if (time.Chance(manners.OddAnswer))
        {
            return time.Pick<PaymentResult>(
                new PaymentResult.Pending(), new PaymentResult.Indeterminate("HTML"), new PaymentResult.Indeterminate("not sent") { WasNotAsked = true }, NotPaid(Certainty.UnknownCode));
        }

        var push = pushes[requestId];
        return push.Ended switch
        {
            // A query reports a failure early and a success later, within the first minute (docs/protocol/stk.md#stk-query).
            null when push.LiesFirst && time.Now < push.At + TimeSpan.FromSeconds(60) => NotPaid(),
            null => new PaymentResult.Pending(),
            PaymentResult.Succeeded => new PaymentResult.Succeeded(null, null, null, null),
            { } failed => failed,
        };
    }

    private void End(Push push, StkPushRequest prompt)
    {
        if (time.Chance(manners.Fail))
        {
            // Some codes settle nothing by themselves; the query then says the same, or in the end a person.
            push.Ended = NotPaid(time.Chance(manners.Odd) ? time.Pick(Certainty.QueryFirst, Certainty.UnknownCode) : Certainty.Final);
            Tell(push, (_, _) => push.Ended);
            return;
        }

        var movement = Move(true, prompt.Amount, prompt.AttemptId.Value, null, isTill ? "" : prompt.Reference, prompt.Phone.Value);
        push.Ended = new PaymentResult.Succeeded(new ReceiptNumber(movement.Receipt), movement.Amount, prompt.Phone.Value, movement.At);
        Confirm(movement);

        // With a lie, before it or after, comes the truth, or something unreadable, or Pull has it: otherwise nobody could ever know.
        var lies = push.LiesFirst && (pulls || time.Chance(0.5));
        Tell(push, (i, _) => lies && i == 0 ? NotPaid() : push.Ended, lies, atLeastOne: lies && !pulls);
    }

    private void Tell(Push push, Func<int, int, PaymentResult?> what, bool lies = false, bool atLeastOne = false)
    {
        var copies = (time.Chance(manners.Duplicate) ? time.Pick(2, 4) : 1) + (lies ? 1 : 0);
        for (var i = 0; i < copies; i++)
        {
            // The last copy is the one that must not be lost; it may be unreadable, for that has Safaricom asked.
            var must = atLeastOne && i == copies - 1;
            var outcome = what(i, copies)!;
            var bare = outcome is PaymentResult.Succeeded && !must && time.Chance(manners.Odd) ? new PaymentResult.Succeeded(null, null, null, null) : outcome;
            CallbackMessage message = time.Chance(manners.Malform)
                ? new CallbackMessage.Malformed("cut short")
                : new CallbackMessage.StkResult(push.RequestId, bare);

            // At most a second: before a lie, which takes up to five; or minutes after it.
            Deliver(CallbackKind.Stk, push.Attempt, 0.05, must ? (time.Chance(0.5) ? 1 : 300) : time.Chance(0.1) ? 600 : 5, message, mayBeLost: !must);
        }
    }
}
