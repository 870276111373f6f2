using System.Globalization;
using Payments.Application.Callbacks;
using Payments.Domain.C2b;
using Payments.Domain.Common;
using Payments.Domain.Transfers;

namespace Payments.Tests.Unit;

/// <summary>One movement of money as M-PESA itself keeps it.</summary>
/// <param name="Subject">The attempt, payout or refund it is of; null for what a customer paid by hand.</param>
/// <param name="Of">The receipt a refund gives back of; null otherwise.</param>
internal sealed record Movement(string Receipt, bool ToUs, Money Amount, Guid? Subject, string? Of, string Account, string Payer, DateTimeOffset At);

/// <summary>How badly this life's M-PESA behaves: fractions of 1.</summary>
internal sealed record Manners(
    double Refuse, double Fail, double LoseReply, double LoseCallback, double Duplicate, double Lie, double Malform, double OddAnswer, double Odd);

/// <summary>
/// The other side: what really moved, what it tells of it, and to whom it answers how. It knows nothing of our rows and none of our rules.
/// Everything it may do wrong is here: late, twice, out of order, before the reply, never, or false. What it never does is say that money
/// moved which did not: nobody could see through that.
/// </summary>
internal sealed partial class Mpesa(VirtualClock time, Store inbox, Manners manners, bool confirms, bool pulls, bool isTill, TimeSpan clock)
{
    private readonly List<Movement> moved = [];
    private readonly Dictionary<string, Push> pushes = [];
    private readonly Dictionary<string, Command> commands = [];
    private readonly HashSet<string> reversed = [];
    private int numbers;

    /// <summary>Everything that moved.</summary>
    public IReadOnlyList<Movement> Moved => moved;

    /// <summary>What was delivered, and when: Safaricom may deliver it again.</summary>
    private readonly List<(DateTimeOffset At, CallbackKind Kind, Guid? Subject, CallbackMessage Message, bool MayBeLost)> delivered = [];

    /// <summary>How often each payout or refund was asked to be sent, under a name that was new.</summary>
    public Dictionary<Guid, int> Sent { get; } = [];

    /// <summary>Numbers that a confirmation, a callback or Pull has told us of, and that we kept.</summary>
    public HashSet<string> TrulyTold { get; } = [];

    /// <summary>Confirmations nobody can read, by the stored callback: the number each would have told.</summary>
    public Dictionary<Guid, string> Unread { get; } = [];

    /// <summary>Whether every payment can be found in the end, whatever was lost on the way.</summary>
    public bool Pulls => pulls;

    /// <summary>False where the app has B2C v1 only.</summary>
    public bool TakesNames { get; } = time.Chance(0.8);

    /// <summary>Whether it can be told which of several equal payments is which: by its time, or by the order it names.</summary>
    public bool IsTellable => clock == TimeSpan.Zero || !isTill;

    /// <summary>M-PESA's own clock, which is not ours.</summary>
    private DateTimeOffset Clock => time.Now + clock;

    public static OurShortcodes Ours(bool isTill) => new(Store.Registered.Shortcode, isTill ? "600999" : null);

    /// <summary>A customer pays without being asked.</summary>
    public void PayByHand(Money amount, string account, string phone)
    {
        var movement = Move(true, amount, null, null, isTill ? "" : account, phone);
        Confirm(movement);
    }

    /// <summary>Somebody who is not Safaricom says that money moved.</summary>
    public void Forge(Guid? checkoutOfAttempt, string account, Money amount)
    {
        var false1 = new CallbackMessage.StkResult(
            checkoutOfAttempt is { } id ? pushes.Values.FirstOrDefault(p => p.Attempt == id)?.RequestId : "ws_CO_forged",
            new PaymentResult.Succeeded(new ReceiptNumber($"FORGED{numbers++}"), amount, null, time.Now));
        inbox.Receive(CallbackKind.Stk, null, false1);
        inbox.Receive(CallbackKind.C2bConfirm, null, Told(new($"FORGED{numbers++}", true, amount, null, null, account, "254708374149", Clock)));
    }

    /// <summary>What a person who looks into the portal sees of an attempt, a payout or a refund.</summary>
    public bool HasMoved(Guid subject) => moved.Exists(m => m.Subject == subject);

    private Movement Move(bool toUs, Money amount, Guid? subject, string? of, string account, string payer)
    {
        var movement = new Movement(string.Create(CultureInfo.InvariantCulture, $"R{numbers++}"), toUs, amount, subject, of, account, payer, Clock);
        moved.Add(movement);
        time.Tell($"    moved: {movement.Receipt} {movement.Amount} {(toUs ? "to" : "from")} us");
        return movement;
    }

    /// <summary>Delivers a callback after a while: kept, unless it is lost on the way.</summary>
    private void Deliver(CallbackKind kind, Guid? subject, double from, double to, CallbackMessage message, bool mayBeLost = true)
    {
        if (mayBeLost && time.Chance(manners.LoseCallback))
        {
            return;
        }

        time.Within(from, to, $"callback {kind}: {Short(message)}", () => Receive(kind, subject, message, mayBeLost));
    }

    private void Receive(CallbackKind kind, Guid? subject, CallbackMessage message, bool mayBeLost)
    {
        delivered.Add((time.Now, kind, subject, message, mayBeLost));
        inbox.Receive(kind, subject, message);

        // What is told of a prompt that a restore has forgotten finds nothing to settle; Pull lists it.
        if (Number(message) is { } number && (kind != CallbackKind.Stk || inbox.Attempts.Any(a => a.Id.Value == subject)))
        {
            TrulyTold.Add(number);
        }
    }

    /// <summary>Our books lost what came since then: some of it is delivered again, and what nobody could know without it.</summary>
    public void Repeat(DateTimeOffset since, IEnumerable<string> stillTold)
    {
        // What was refused at once was never taken: asked for again, it is new. Where no name is taken (B2C v1) everything is new: that it is not
        // paid twice is for us to see.
        foreach (var id in Sent.Keys.Where(id => (!TakesNames || commands.Values.All(c => c.Id != id))
            && inbox.Transfers.FirstOrDefault(t => t.TransferId.Value == id) is null or { Status: TransferStatus.Queued }).ToList())
        {
            Sent.Remove(id);
        }

        TrulyTold.Clear();
        TrulyTold.UnionWith(stillTold);
        foreach (var lost in Unread.Keys.Where(callback => !inbox.Holds(new(callback))).ToList())
        {
            Unread.Remove(lost);
        }

        foreach (var (_, kind, subject, message, mayBeLost) in delivered.Where(d => d.At >= since && (time.Chance(0.5) || !d.MayBeLost)).ToList())
        {
            time.Within(0, 600, $"callback {kind} again", () => Receive(kind, subject, message, mayBeLost));
        }
    }

    /// <summary>What the portal shows of a receipt.</summary>
    public bool IsReversed(string receipt) => reversed.Contains(receipt);

    /// <summary>What has gone back of a receipt.</summary>
    public long GivenBack(string receipt) => moved.Where(m => m.Of == receipt).Sum(m => m.Amount.Cents);

    private void Confirm(Movement movement)
    {
        if (confirms)
        {
            var copies = time.Chance(manners.Duplicate) ? 2 : 1;
            for (var i = 0; i < copies; i++)
            {
                var to = time.Chance(0.1) ? 900 : 8;
                if (time.Chance(manners.Malform))
                {
                    Mumble(movement, to);
                }
                else
                {
                    Deliver(CallbackKind.C2bConfirm, Store.Registered.Id.Value, 0.1, to, Told(movement));
                }
            }
        }
    }

    /// <summary>A confirmation in a form nobody can read, at most its number.</summary>
    private void Mumble(Movement movement, double to)
    {
        var message = new CallbackMessage.Malformed("cut short") { Number = Numbers.Of(time.Chance(0.5) ? movement.Receipt : null), Account = time.Chance(0.5) ? movement.Account : "" };
        if (!time.Chance(manners.LoseCallback))
        {
            time.Within(0.1, to, $"a confirmation of {movement.Receipt} nobody can read", () =>
                Unread[inbox.Receive(CallbackKind.C2bConfirm, Store.Registered.Id.Value, message).Value] = movement.Receipt);
        }
    }

    private CallbackMessage.Confirmation Told(Movement movement) => new(
        new(movement.Receipt), isTill ? "600999" : Store.Registered.Shortcode, movement.Account, movement.Amount, Shown(movement.Payer), "JANE", movement.At);

    private static string? Number(CallbackMessage message) => message switch
    {
        CallbackMessage.StkResult { Outcome: PaymentResult.Succeeded { Amount: not null, Receipt: { } receipt } } => receipt.Value,
        CallbackMessage.Confirmation confirmation => confirmation.Receipt.Value,
        _ => null,
    };

    private static string Short(CallbackMessage message) => message switch
    {
        CallbackMessage.StkResult prompt => Short(prompt.Outcome),
        CallbackMessage.TransferResult transfer => Short(transfer.Outcome) + (transfer.IsFinal ? "" : ", more to come"),
        CallbackMessage.StatusResult status => status.Transaction?.StateText ?? status.Problem?.ResultCode ?? "nothing",
        CallbackMessage.Confirmation confirmation => confirmation.Receipt.Value,
        _ => message.GetType().Name,
    };

    public static string Short(PaymentResult outcome) => outcome switch
    {
        PaymentResult.Succeeded paid => $"paid {paid.Receipt}",
        PaymentResult.Failed failed => $"not paid ({failed.Certainty})",
        _ => outcome.GetType().Name,
    };

    private static PaymentResult.Failed NotPaid(Certainty certainty = Certainty.Final) => new(new(FailureCode.Cancelled, "1032", "Cancelled.", true), certainty);
}
