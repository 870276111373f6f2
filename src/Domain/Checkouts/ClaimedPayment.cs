using Payments.Domain.Cases;
using Payments.Domain.Common;
using Payments.Domain.Receipts;

namespace Payments.Domain.Checkouts;

/// <summary>
/// What it means that a customer names the number of a payment as his (R21). Whoever has seen a message can type its number: it moves money only
/// where amount, time and, as far as it is shown, payer agree as well, and no other rule has a doubt.
/// </summary>
internal sealed class ClaimedPayment(Checkout checkout, DateTimeOffset now)
{
    /// <summary>What M-PESA's clock and PostgreSQL's may differ by, as after a prompt (<see cref="PromptWindow.After"/>).</summary>
    private static readonly TimeSpan Slack = TimeSpan.FromMinutes(5);

    /// <summary>Puts a receipt to the checkout if everything agrees.</summary>
    /// <param name="mayOpenCase">True while no such claim has made a case of this checkout: anybody can type numbers.</param>
    public ClaimAnswer Apply(Receipt receipt, bool mayOpenCase)
    {
        if (receipt.CheckoutId == checkout.Id)
        {
            return StandingHere(receipt);
        }

        if (receipt.CheckoutId is not null || receipt.IsRefundedOrReserved || receipt.WrittenOff > Money.Zero)
        {
            return ClaimAnswer.AlreadyUsed;
        }

        if (DoubtAbout(receipt) is { } doubt)
        {
            if (mayOpenCase)
            {
                checkout.AddCase(new ClaimDisagrees(ReceiptFacts.Of(receipt), checkout.Id, checkout.Due, doubt));
                checkout.Changed(now);
            }

            return ClaimAnswer.DoesNotAgree;
        }

        return new CustomerPayments(checkout, now).Match(receipt) is null ? ClaimAnswer.Yours : ClaimAnswer.DoesNotAgree;
    }

    /// <summary>What is on hold has its case already.</summary>
    private static ClaimAnswer StandingHere(Receipt receipt) =>
        receipt.Applied > Money.Zero ? ClaimAnswer.Yours
        : receipt.IsRefundedOrReserved || receipt.WrittenOff > Money.Zero ? ClaimAnswer.AlreadyUsed
        : receipt.IsOnHold ? ClaimAnswer.DoesNotAgree
        : ClaimAnswer.Yours;

    private ClaimDoubt? DoubtAbout(Receipt receipt)
    {
        if (checkout.Ours.MethodOf(receipt.Shortcode, receipt.Account) is null)
        {
            return ClaimDoubt.OtherShortcode;
        }

        if (receipt.At < checkout.CreatedAt - Slack || receipt.At > now + Slack)
        {
            return ClaimDoubt.Time;
        }

        if (!PayerAgrees(receipt))
        {
            return ClaimDoubt.Payer;
        }

        if (checkout.Status == CheckoutStatus.Cancelled)
        {
            return ClaimDoubt.NothingDue;
        }

        return checkout.Matcher.ByConfirmation(receipt, isNew: receipt.State == EntityState.Added) switch
        {
            // Counted already, by query: it only gets its number.
            ReceiptMatch.Same => null,
            ReceiptMatch.Ambiguous => ClaimDoubt.Ambiguous,
            _ when checkout.Status == CheckoutStatus.Paid => ClaimDoubt.NothingDue,

            // What is due in cents can only be paid in shillings.
            _ when receipt.Amount != checkout.Due && receipt.Amount != checkout.Due.RoundedUp => ClaimDoubt.Amount,
            _ => null,
        };
    }

    /// <summary>
    /// No phone of the checkout's to compare with, or one of them may have paid as far as is shown. Other digits than theirs are no proof (R16), but no
    /// agreement either; nor is it where another order's prompt is shown to be the payer's and none here.
    /// </summary>
    private bool PayerAgrees(Receipt receipt)
    {
        var phones = checkout.Attempts.Select(a => a.Phone).Append(checkout.Phone).OfType<Msisdn>().Distinct().ToList();
        var shown = phones.ConvertAll(phone => PayerHint.Compare(receipt.Payer, phone, checkout.PayerHash));
        return shown.Contains(PayerMatch.Same)
            || ((phones.Count == 0 || shown.Contains(PayerMatch.Hidden))
                && !receipt.Rivals.Any(rival => rival is { } phone && PayerHint.Compare(receipt.Payer, phone, checkout.PayerHash) == PayerMatch.Same));
    }
}
