using System.Globalization;
using Payments.Application.Callbacks;
using Payments.Application.Daraja;
using Payments.Domain.Common;
using Payments.Domain.Transfers;

namespace Payments.Tests.Unit;

/// <summary>B2C, B2B, reversals, and questions about them.</summary>
internal sealed partial class Mpesa
{
    /// <summary>One command that was accepted.</summary>
    private sealed class Command(Guid id, CallbackKind result, CallbackKind timeout, string conversationId, string originatorId, Money amount, string party, string? of)
    {
        public Guid Id => id;

        public CallbackKind Result => result;

        public CallbackKind Timeout => timeout;

        public string ConversationId => conversationId;

        public string OriginatorId => originatorId;

        public Money Amount => amount;

        public string Party => party;

        public string? Of => of;

        /// <summary>How it ended; null while it is under way.</summary>
        public PaymentResult? Ended { get; set; }

        /// <summary>True once its money has come back.</summary>
        public bool HasComeBack { get; set; }
    }

    /// <summary>Payouts and refunds that were paid and have come back.</summary>
    public HashSet<Guid> CameBack { get; } = [];

    /// <summary>Takes a payout, a refund by B2C or a reversal, or not.</summary>
    public void Take(SubjectKind kind, Guid id, string originatorId, PayoutMethod? method, Money amount, string party, string? of, Action<Reply> reply)
    {
        if (method == PayoutMethod.Mpesa && commands.ContainsKey(originatorId))
        {
            RefuseDuplicate(id, originatorId, reply);
            return;
        }

        Sent[id] = Sent.GetValueOrDefault(id) + 1;
        if (time.Chance(manners.Refuse))
        {
            time.Within(0.05, 2, "the command is refused", () => reply(new Reply.Refused(new(FailureCode.Rejected, "400.002.02", "Bad request.", false))));
            return;
        }

        var number = numbers++;
        var (result, timeout) = method switch
        {
            null => (CallbackKind.ReversalResult, CallbackKind.ReversalTimeout),
            PayoutMethod.Mpesa => (CallbackKind.B2cResult, CallbackKind.B2cTimeout),
            _ => (CallbackKind.B2bResult, CallbackKind.B2bTimeout),
        };

        // Only B2C takes an id of ours, and only v3.
        var theirs = string.Create(CultureInfo.InvariantCulture, $"their-{number}");
        var command = new Command(id, result, timeout, string.Create(CultureInfo.InvariantCulture, $"AG_{number}"), method == PayoutMethod.Mpesa && originatorId.Length > 0 ? originatorId : theirs, amount, party, of);
        commands[command.OriginatorId] = command;
        if (time.Chance(manners.LoseReply))
        {
            time.Within(0.1, 30, "the command's reply is lost", () => reply(new Reply.Indeterminate("cut")));
        }
        else
        {
            time.Within(0.05, time.Chance(0.1) ? 25 : 1, "the command is accepted", () => reply(new Reply.Accepted(command.ConversationId, command.OriginatorId)));
        }

        time.Within(0.2, time.Chance(0.1) ? 400 : 20, $"command {command.ConversationId} ends", () => End(command, kind));
    }

    /// <summary>A name is taken once: refused at once, or taken and then refused by a result of its own.</summary>
    private void RefuseDuplicate(Guid id, string originatorId, Action<Reply> reply)
    {
        if (time.Chance(0.5))
        {
            time.Within(0.05, 2, "the name was seen before", () => reply(new Reply.Indeterminate("duplicate")));
            return;
        }

        var conversation = string.Create(CultureInfo.InvariantCulture, $"AG_{numbers++}");
        time.Within(0.05, 1, "the command is accepted", () => reply(new Reply.Accepted(conversation, originatorId)));
        var refused = new PaymentResult.Failed(new(FailureCode.ProviderError, "15", "Duplicate.", false), Certainty.QueryFirst);
        Deliver(CallbackKind.B2cResult, id, 0.05, 20, new CallbackMessage.TransferResult(conversation, originatorId, true, refused, null, null, []));
    }

    /// <summary>A transaction status query: its answer comes by callback to the question's own token.</summary>
    public Reply Ask(StatusQueryRequest question)
    {
        if (time.Chance(manners.OddAnswer))
        {
            return time.Pick<Reply>(
                new Reply.Indeterminate("HTML"),
                new Reply.Refused(new(FailureCode.Busy, "500.003.02", "Busy.", true)) { WasUnread = true },
                new Reply.Refused(new(FailureCode.Rejected, "400.003.02", "Bad request.", false)));
        }

        var asked = string.Create(CultureInfo.InvariantCulture, $"AGQ_{numbers++}");
        var copies = time.Chance(manners.Duplicate) ? 2 : 1;
        for (var i = 0; i < copies; i++)
        {
            // What is found is what is so when it looks, which is when it answers.
            if (!time.Chance(manners.LoseCallback))
            {
                time.Within(0.5, 20, "status looked up", () => inbox.Receive(
                    CallbackKind.StatusResult, question.QuestionId.Value, Found(question, asked)));
            }
        }

        return new Reply.Accepted(asked, "q-" + asked);
    }

    private CallbackMessage.StatusResult Found(StatusQueryRequest question, string asked)
    {
        if (question.Receipt is { } number)
        {
            var payment = moved.Find(m => m.ToUs && m.Receipt == number.Value);
            return new(asked, "q-" + asked, true, payment is null ? new(FailureCode.Rejected, "2033", "Not found.", false) : null, payment is null ? null : new(
                TransactionState.Completed, "Completed", number, null, null, payment.Amount,
                [payment.Payer + " - JANE", (isTill ? "600999" : Store.Registered.Shortcode) + " - Shop"], payment.At));
        }

        if (question.OriginatorId is null || !commands.TryGetValue(question.OriginatorId, out var command) || time.Chance(manners.OddAnswer))
        {
            return new(asked, "q-" + asked, true, new(FailureCode.Rejected, "2033", "Not found.", false), null);
        }

        var (state, text) = command.Ended switch
        {
            null => (TransactionState.UnderWay, "Initiated"),
            PaymentResult.Succeeded when command.HasComeBack => (TransactionState.Reversed, "Reversed"),
            PaymentResult.Succeeded => (TransactionState.Completed, "Completed"),
            _ => (TransactionState.NotCompleted, "Declined"),
        };
        return new(asked, "q-" + asked, true, null, new(
            state, text, (command.Ended as PaymentResult.Succeeded)?.Receipt, command.OriginatorId, command.ConversationId, command.Amount,
            [Store.Registered.Shortcode + " - Shop", command.Party + " - JANE"], time.Now));
    }

    private void End(Command command, SubjectKind kind)
    {
        var isReversal = command.Result == CallbackKind.ReversalResult;
        var outcome = Decide(command, isReversal);
        command.Ended = outcome;
        if (time.Chance(manners.Odd))
        {
            Deliver(command.Timeout, command.Id, 0.05, 30, new CallbackMessage.QueueTimeout(time.Chance(0.5) ? command.ConversationId : null, null));
        }

        // A false failure of a reversal would have the shop pay a second time by design: that, too, nobody could see through.
        var lies = outcome is PaymentResult.Succeeded && !isReversal && kind == SubjectKind.Payout && time.Chance(manners.Lie);
        var copies = (time.Chance(manners.Duplicate) ? time.Pick(2, 4) : 1) + (lies ? 1 : 0);
        for (var i = 0; i < copies; i++)
        {
            var must = lies && i == copies - 1;
            var told = lies && i == 0 ? NotPaid() : outcome;
            CallbackMessage message = !must && time.Chance(manners.Malform)
                ? new CallbackMessage.Malformed("cut short")
                : new CallbackMessage.TransferResult(
                    command.ConversationId, command.OriginatorId, must || !time.Chance(manners.Odd), told,
                    isReversal || told is not PaymentResult.Succeeded ? null : command.Party + " - JANE", Numbers.Of(command.Of), []);
            Deliver(command.Result, command.Id, 0.05, must ? 300 : time.Chance(0.1) ? 600 : 5, message, mayBeLost: !must);
        }
    }

    private PaymentResult Decide(Command command, bool isReversal)
    {
        if (isReversal && reversed.Contains(command.Of!))
        {
            return new PaymentResult.Failed(new(FailureCode.Rejected, "R000001", "Already reversed.", false), Certainty.Final);
        }

        if (time.Chance(manners.Fail))
        {
            return new PaymentResult.Failed(
                new(FailureCode.InsufficientFunds, "1", "No float.", Retryable: time.Chance(0.5)), time.Chance(manners.Odd) ? Certainty.QueryFirst : Certainty.Final);
        }

        var movement = Move(false, command.Amount, command.Id, command.Of, "", command.Party);
        if (isReversal)
        {
            reversed.Add(command.Of!);
        }

        else if (time.Chance(manners.Odd))
        {
            time.Within(0, 3600, $"{command.ConversationId} comes back", () =>
            {
                command.HasComeBack = true;
                CameBack.Add(command.Id);
            });
        }

        return new PaymentResult.Succeeded(new ReceiptNumber(movement.Receipt), movement.Amount, command.Party, movement.At);
    }
}
