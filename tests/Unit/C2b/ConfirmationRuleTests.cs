using Payments.Application.Callbacks;
using Payments.Domain.Cases;
using Payments.Domain.Checkouts;
using Payments.Domain.Common;
using Payments.Domain.Receipts;
using Payments.Domain.Requests;
using Xunit;

namespace Payments.Tests.Unit;

/// <summary>The rules of money paid by hand (R6–R8, R11), one by one.</summary>
public sealed class ConfirmationRuleTests
{
    private static readonly DateTimeOffset Later = CheckoutBuilder.Start + TimeSpan.FromSeconds(70);
    private static readonly Money Price = Money.FromShillings(1500);

    [Fact]
    public void Parts_add_up_and_what_is_over_is_surplus()
    {
        var checkout = CheckoutBuilder.Checkout();

        checkout.Hear(ConfirmationBuilder.Confirmation("N1", 1000), Later);
        Assert.Equal((CheckoutStatus.Open, Money.FromShillings(500)), (checkout.Status, checkout.Due));
        Assert.Contains(CheckoutEvents.PartiallyPaid, checkout.Events);

        checkout.Hear(ConfirmationBuilder.Confirmation("N2", 700), Later);
        Assert.Equal((CheckoutStatus.Paid, Price), (checkout.Status, checkout.Paid));
        Assert.Equal((Money.FromShillings(500), Money.FromShillings(200)), (checkout.Receipts[1].Applied, checkout.Receipts[1].Surplus));
        Assert.Contains(CheckoutEvents.Surplus, checkout.Events);
    }

    [Fact]
    public void The_same_confirmation_again_changes_nothing()
    {
        var checkout = CheckoutBuilder.Checkout();
        checkout.Hear(ConfirmationBuilder.Confirmation("N1"), Later);
        var version = checkout.Version;

        Assert.Equal(SettlementResult.Duplicate, checkout.Hear(ConfirmationBuilder.Confirmation("N1"), Later));

        Assert.Equal(version, checkout.Version);
        Assert.Single(checkout.Receipts);
    }

    [Fact]
    public void One_number_with_two_amounts_is_a_case_and_moves_nothing()
    {
        var checkout = CheckoutBuilder.Checkout();
        checkout.Hear(ConfirmationBuilder.Confirmation("N1"), Later);

        Assert.Equal(SettlementResult.Contradiction, checkout.Hear(ConfirmationBuilder.Confirmation("N1", 900), Later));

        Assert.Equal(Price, checkout.Receipts[0].Amount);
        Assert.Equal(CaseKind.AmountDiffers, Assert.Single(checkout.Cases).Kind);
    }

    [Theory]
    [InlineData("254708374150", 20, 1500)]
    [InlineData("0708 374 150", 20, 1500)]
    [InlineData("2547 ***** 149", 20, 1499)]
    public void What_disagrees_with_the_prompt_for_certain_is_another_payment(string payer, int seconds, int amount)
    {
        var checkout = CheckoutBuilder.Checkout();
        var attempt = checkout.Prompted();
        checkout.AnswerPaid(attempt, Later);

        checkout.Hear(ConfirmationBuilder.Confirmation("N1", amount, CheckoutBuilder.Start + TimeSpan.FromSeconds(seconds), payer), Later);

        Assert.Equal(2, checkout.Receipts.Count);
        Assert.Equal(Money.FromShillings(amount), checkout.Receipts[1].Surplus);
    }

    [Theory]
    [InlineData("254708374149")]
    [InlineData("2547 ***** 149")]
    [InlineData("25470****149")]
    [InlineData("9FDF8B7B8AA6F5B0E9E8C6A3")]
    [InlineData("")]
    [InlineData(null)]
    public void A_payer_shown_in_any_form_agrees_as_far_as_it_is_visible(string? payer)
    {
        var checkout = CheckoutBuilder.Checkout();
        var attempt = checkout.Prompted();
        checkout.AnswerPaid(attempt, Later);

        checkout.Hear(ConfirmationBuilder.Confirmation("N1", payer: payer), Later);

        var receipt = Assert.Single(checkout.Receipts);
        Assert.Equal(("N1", SettledBy.StkQuery, true), (receipt.Number?.Value, receipt.SettledBy, receipt.IsInferred));
        Assert.Contains(CheckoutEvents.ReceiptKnown, checkout.Events);
    }

    [Fact]
    public void What_was_paid_before_the_prompt_is_not_the_prompts_payment()
    {
        // Half by hand, and a prompt for the other half, of the same amount and within two minutes.
        var checkout = CheckoutBuilder.Checkout();
        checkout.Hear(ConfirmationBuilder.Confirmation("N1", 750, CheckoutBuilder.Start), CheckoutBuilder.Start);
        var attempt = checkout.Prompted(CheckoutBuilder.Start + TimeSpan.FromSeconds(60));
        Assert.Equal(Money.FromShillings(750), attempt.Amount);

        checkout.AnswerPaid(attempt, Later + TimeSpan.FromSeconds(60));

        Assert.Equal((CheckoutStatus.Paid, 2), (checkout.Status, checkout.Receipts.Count));
        Assert.Empty(checkout.Cases);
    }

    [Fact]
    public void Two_successes_without_a_number_leave_a_confirmation_to_a_person_and_count_it_once()
    {
        var checkout = CheckoutBuilder.Checkout();
        var first = checkout.Prompted();
        var second = checkout.Prompted(CheckoutBuilder.Start + TimeSpan.FromMinutes(3));
        var now = CheckoutBuilder.Start + TimeSpan.FromMinutes(5);
        checkout.AnswerPaid(first, now);
        checkout.AnswerPaid(second, now);

        checkout.Hear(ConfirmationBuilder.Confirmation("N1", at: CheckoutBuilder.Start + TimeSpan.FromMinutes(4)), now);

        var held = checkout.Receipts.Single(r => r.Number?.Value == "N1");
        Assert.True(held.IsOnHold);
        Assert.Equal(CaseKind.AmbiguousMatch, Assert.Single(checkout.Cases).Kind);
        Assert.Equal(Price, checkout.Paid);

        // The callback decides it: one of the two was this number all along.
        Assert.Equal(SettlementResult.Applied, checkout.Hear(second, CheckoutBuilder.Paid("N1"), now));
        Assert.Equal(2, checkout.Receipts.Count);
        Assert.Equal((second.Id, false), (held.AttemptId!.Value, held.IsInferred));
        ConfirmationBuilder.Check(checkout);
    }

    [Fact]
    public void An_operator_decides_that_a_held_receipt_is_money_of_its_own()
    {
        var checkout = CheckoutBuilder.Checkout();
        var first = checkout.Prompted();
        var second = checkout.Prompted(CheckoutBuilder.Start + TimeSpan.FromMinutes(3));
        var now = CheckoutBuilder.Start + TimeSpan.FromMinutes(5);
        checkout.AnswerPaid(first, now);
        checkout.AnswerPaid(second, now);
        checkout.Hear(ConfirmationBuilder.Confirmation("N1", at: CheckoutBuilder.Start + TimeSpan.FromMinutes(4)), now);
        var held = checkout.Receipts.Single(r => r.Number?.Value == "N1");

        Assert.Null(checkout.Match(held, now));

        Assert.Equal((false, Price), (held.IsOnHold, held.Surplus));
    }

    [Fact]
    public void A_lost_reply_is_settled_by_the_only_confirmation_it_can_be()
    {
        var checkout = CheckoutBuilder.Checkout();
        var attempt = checkout.Prompted();
        checkout.MarkOutcomeUnknown(attempt, "lost", CheckoutBuilder.Start);

        checkout.Hear(ConfirmationBuilder.Confirmation("N1"), Later);

        Assert.Equal((AttemptStatus.Succeeded, SettledBy.Confirmation), (attempt.Status, attempt.SettledBy));
        Assert.Equal(CheckoutStatus.Paid, checkout.Status);
        ConfirmationBuilder.Check(checkout);
        Assert.Equal(SettlementResult.Duplicate, checkout.Hear(attempt, CheckoutBuilder.Paid("N1"), Later));
    }

    [Fact]
    public void A_confirmation_before_the_reply_was_given_up_settles_it_too()
    {
        var checkout = CheckoutBuilder.Checkout();
        var attempt = checkout.Prompted();
        checkout.Hear(ConfirmationBuilder.Confirmation("N1"), CheckoutBuilder.Start + TimeSpan.FromSeconds(10));
        Assert.Equal((AttemptStatus.Sending, CheckoutStatus.Paid), (attempt.Status, checkout.Status));

        checkout.MarkOutcomeUnknown(attempt, "lost", CheckoutBuilder.Start + TimeSpan.FromSeconds(30));

        Assert.Equal(AttemptStatus.Succeeded, attempt.Status);
        Assert.Single(checkout.Receipts);
    }

    [Fact]
    public void With_two_prompts_in_doubt_a_confirmation_pays_and_settles_neither()
    {
        var checkout = CheckoutBuilder.Checkout();
        var first = checkout.Prompted();
        checkout.MarkOutcomeUnknown(first, "lost", CheckoutBuilder.Start);
        var second = checkout.Prompted(CheckoutBuilder.Start + TimeSpan.FromMinutes(3));
        checkout.MarkOutcomeUnknown(second, "lost", CheckoutBuilder.Start + TimeSpan.FromMinutes(3));

        checkout.Hear(ConfirmationBuilder.Confirmation("N1", at: CheckoutBuilder.Start + TimeSpan.FromMinutes(4)), CheckoutBuilder.Start + TimeSpan.FromMinutes(4));

        Assert.Equal(CheckoutStatus.Paid, checkout.Status);
        Assert.Equal((AttemptStatus.Unknown, AttemptStatus.Unknown), (first.Status, second.Status));

        // Once one of them is known to have failed, it can only be the other's.
        checkout.Hear(first, CheckoutBuilder.NotPaid(), CheckoutBuilder.Start + TimeSpan.FromMinutes(5));
        Assert.Equal(AttemptStatus.Succeeded, second.Status);
        Assert.Single(checkout.Receipts);
    }

    [Fact]
    public void A_number_taken_for_one_prompts_goes_to_the_prompt_whose_callback_names_it()
    {
        var checkout = CheckoutBuilder.Checkout();
        var first = checkout.Prompted();
        var second = checkout.Prompted(CheckoutBuilder.Start + TimeSpan.FromMinutes(3));
        var now = CheckoutBuilder.Start + TimeSpan.FromMinutes(5);
        checkout.Hear(ConfirmationBuilder.Confirmation("N1", at: CheckoutBuilder.Start + TimeSpan.FromMinutes(4)), now);
        checkout.Hear(second, CheckoutBuilder.NotPaid(), now);
        checkout.AnswerPaid(first, now);
        Assert.Equal(first.Id, Assert.Single(checkout.Receipts).AttemptId);

        Assert.Equal(SettlementResult.Applied, checkout.Hear(second, CheckoutBuilder.Paid("N1"), now));

        ConfirmationBuilder.Check(checkout);
        Assert.Equal(second.Id, checkout.Receipts.Single(r => r.Number?.Value == "N1").AttemptId);
        var nameless = checkout.Receipts.Single(r => r.Number is null);
        Assert.Equal((first.Id, Price), (nameless.AttemptId!.Value, nameless.Unassigned));
    }

    [Fact]
    public void A_payment_that_may_be_of_a_prompt_nobody_knows_of_yet_is_not_taken_for_anothers()
    {
        var checkout = CheckoutBuilder.Checkout();
        var first = checkout.Prompted();
        var second = checkout.Prompted(CheckoutBuilder.Start + TimeSpan.FromMinutes(3));
        var now = CheckoutBuilder.Start + TimeSpan.FromMinutes(5);
        checkout.Hear(ConfirmationBuilder.Confirmation("N1", at: CheckoutBuilder.Start + TimeSpan.FromMinutes(4)), now);

        checkout.AnswerPaid(first, now);

        ConfirmationBuilder.Check(checkout);
        Assert.Null(checkout.Receipts.Single(r => r.Number?.Value == "N1").AttemptId);
        Assert.True(checkout.Receipts.Single(r => r.Number is null).IsOnHold);
        Assert.Contains(checkout.Cases, c => c.Kind == CaseKind.AmbiguousMatch);

        // The other one failed: one is left on each side.
        checkout.Hear(second, CheckoutBuilder.NotPaid(), now);

        ConfirmationBuilder.Check(checkout);
        var only = Assert.Single(checkout.Receipts);
        Assert.Equal(("N1", first.Id, Price), (only.Number?.Value, only.AttemptId!.Value, only.Applied));
    }

    [Fact]
    public void A_lost_prompt_that_a_confirmation_settled_is_in_doubt_again_when_the_number_was_anothers()
    {
        var checkout = CheckoutBuilder.Checkout();
        var first = checkout.Prompted();
        checkout.MarkOutcomeUnknown(first, "lost", CheckoutBuilder.Start);
        checkout.Hear(ConfirmationBuilder.Confirmation("N1", at: CheckoutBuilder.Start + TimeSpan.FromMinutes(2.5)), CheckoutBuilder.Start + TimeSpan.FromMinutes(3));
        Assert.Equal(AttemptStatus.Succeeded, first.Status);

        // Impossible in one checkout (it is paid), so the second prompt is made as a restart would find it.
        var second = new Attempt
        {
            Id = new(Guid.NewGuid()),
            CheckoutId = checkout.Id,
            Phone = CheckoutBuilder.Phone,
            Amount = Price,
            Request = new() { Status = RequestStatus.Sent, SendingAt = CheckoutBuilder.Start + TimeSpan.FromMinutes(2) },
        };
        checkout.Attempts.Add(second);
        Assert.Equal(SettlementResult.Applied, checkout.Hear(second, CheckoutBuilder.Paid("N1"), Later + TimeSpan.FromMinutes(3)));

        ConfirmationBuilder.Check(checkout);
        Assert.Equal((AttemptStatus.Unknown, CaseKind.OutcomeUnknown), (first.Status, Assert.Single(checkout.Cases).Kind));
        Assert.Equal((CheckoutStatus.Paid, Price), (checkout.Status, checkout.Paid));
    }

    [Fact]
    public void A_payment_that_settled_a_prompt_nobody_can_ask_about_is_not_counted_again_when_anothers_failure_was_false()
    {
        var checkout = CheckoutBuilder.Checkout();
        var lost = checkout.Prompted();
        checkout.MarkOutcomeUnknown(lost, "lost", CheckoutBuilder.Start);
        var failed = checkout.Prompted(CheckoutBuilder.Start + TimeSpan.FromMinutes(3));
        var now = CheckoutBuilder.Start + TimeSpan.FromMinutes(4.5);
        checkout.Hear(ConfirmationBuilder.Confirmation("N1", at: CheckoutBuilder.Start + TimeSpan.FromMinutes(4)), now);
        checkout.Hear(failed, CheckoutBuilder.NotPaid(), now);
        Assert.Equal((AttemptStatus.Succeeded, lost.Id), (lost.Status, checkout.Receipts.Single().AttemptId!.Value));

        checkout.MarkUnreadableResult(failed, now);
        checkout.AnswerPaid(failed, now + TimeSpan.FromMinutes(1));

        ConfirmationBuilder.Check(checkout);
        var nameless = checkout.Receipts.Single(r => r.Number is null);
        Assert.Equal((true, Price, null), (nameless.IsOnHold, checkout.Paid, nameless.SurplusDueAt));
        Assert.Contains(checkout.Cases, c => c.Kind == CaseKind.AmbiguousMatch && c.SubjectId == failed.Id.Value);
    }

    [Fact]
    public void Money_by_hand_for_a_cancelled_checkout_is_surplus_and_for_an_expired_one_late()
    {
        var cancelled = CheckoutBuilder.Checkout();
        cancelled.Cancel(Later);
        cancelled.Hear(ConfirmationBuilder.Confirmation("N1"), Later);
        Assert.Equal((CheckoutStatus.Cancelled, Price), (cancelled.Status, cancelled.Receipts[0].Surplus));

        var expired = CheckoutBuilder.Checkout();
        expired.Expire(CheckoutBuilder.Start + TimeSpan.FromHours(25));
        expired.Hear(ConfirmationBuilder.Confirmation("N1"), CheckoutBuilder.Start + TimeSpan.FromHours(26));
        Assert.Equal((CheckoutStatus.Paid, true), (expired.Status, expired.Receipts[0].Late));
    }

    [Fact]
    public void A_till_payment_that_shows_nothing_of_its_payer_is_nobodys()
    {
        var checkout = CheckoutBuilder.Checkout();
        var attempt = checkout.Prompted();

        TillClaim Claim(string? payer) => checkout.TillClaimOf(ConfirmationBuilder.Confirmation("N1", payer: payer, method: PaymentMethod.Till).ToReceipt(new(Guid.NewGuid()), Later), attempt);

        Assert.Equal(TillClaim.Sure, Claim("2547 ***** 149"));
        Assert.Equal(TillClaim.None, Claim("2547 ***** 150"));
        Assert.Equal((TillClaim.Rival, TillClaim.Rival, TillClaim.Rival), (Claim("2547 *****"), Claim(""), Claim(null)));
        checkout.Hear(attempt, CheckoutBuilder.NotPaid(), Later);
        Assert.Equal((TillClaim.None, TillClaim.None), (Claim("2547 ***** 149"), Claim(null)));
    }

    [Fact]
    public void A_till_payment_that_shows_nothing_of_its_payer_may_be_of_what_a_query_calls_paid()
    {
        var checkout = CheckoutBuilder.Checkout();
        var attempt = checkout.Prompted();
        checkout.AnswerPaid(attempt, Later);

        TillClaim Claim(string? payer, int minutes = 0) => checkout.TillClaimOf(
            ConfirmationBuilder.Confirmation("N1", at: CheckoutBuilder.Start + TimeSpan.FromMinutes(minutes), payer: payer, method: PaymentMethod.Till).ToReceipt(new(Guid.NewGuid()), Later), attempt);

        Assert.Equal((TillClaim.Unseen, TillClaim.Unseen), (Claim(""), Claim("0722XXXXXX")));
        Assert.Equal((TillClaim.None, TillClaim.None), (Claim("2547 ***** 150"), Claim("", 6)));
        Assert.Equal((TillClaim.Astray, TillClaim.Astray), (Claim("0708374149", 6), Claim("07****149", -180)));
        Assert.Equal(TillClaim.None, Claim("0708374149", 1441));
    }

    [Fact]
    public void A_till_payment_may_be_of_what_a_query_calls_paid_as_surely_as_of_a_prompt_nobody_knows_about()
    {
        var receipt = ConfirmationBuilder.Confirmation("N1", at: CheckoutBuilder.Start + TimeSpan.FromSeconds(30), method: PaymentMethod.Till).ToReceipt(new(Guid.NewGuid()), Later);
        var unknown = CheckoutBuilder.Checkout();
        unknown.MarkOutcomeUnknown(unknown.Prompted(), "lost", CheckoutBuilder.Start);
        Assert.Equal([unknown], new CallbackBatch(new([unknown], [])).ByPrompt(receipt));

        // Paid by the same customer at another time: M-PESA's clock may be behind.
        var astray = CheckoutBuilder.Checkout();
        var prompt = astray.Prompted(CheckoutBuilder.Start + TimeSpan.FromMinutes(3));
        astray.AnswerPaid(prompt, Later + TimeSpan.FromMinutes(3));
        Assert.Equal([unknown, astray], new CallbackBatch(new([unknown, astray], [])).ByPrompt(receipt));

        // Paid by somebody whose number was erased: it may be the same one.
        var erased = CheckoutBuilder.Checkout();
        prompt = new() { Id = new(Guid.NewGuid()), CheckoutId = erased.Id, Phone = null, Amount = Price, Request = new() { Status = RequestStatus.Sent, SendingAt = CheckoutBuilder.Start } };
        erased.Attempts.Add(prompt);
        erased.AnswerPaid(prompt, Later);
        Assert.Equal([unknown, erased], new CallbackBatch(new([unknown, erased], [])).ByPrompt(receipt));
        Assert.False(erased.IsShownToPay(receipt));

        // Known to be paid, by this customer, at this time: it is this one's.
        var known = CheckoutBuilder.Checkout();
        known.AnswerPaid(known.Prompted(), Later);
        Assert.Equal([known], new CallbackBatch(new([astray, known], [])).ByPrompt(receipt));
    }

    [Fact]
    public void A_till_payment_may_be_of_a_failure_that_is_still_asked_about_and_of_no_other_failure()
    {
        var checkout = CheckoutBuilder.Checkout();
        var attempt = checkout.Prompted();
        var payment = ConfirmationBuilder.Confirmation("N1", method: PaymentMethod.Till).ToReceipt(new(Guid.NewGuid()), Later);
        checkout.Hear(attempt, CheckoutBuilder.NotPaid(), Later);
        Assert.Equal(TillClaim.None, checkout.TillClaimOf(payment, attempt));

        checkout.MarkUnreadableResult(attempt, Later);

        Assert.Equal(TillClaim.Sure, checkout.TillClaimOf(payment, attempt));
    }

    [Fact]
    public void A_held_success_is_paid_by_the_loose_payment_its_own_callback_names()
    {
        var checkout = CheckoutBuilder.Checkout();
        var attempt = checkout.Prompted();
        var loose = new[] { "N1", "N2" }.Select(n => ConfirmationBuilder.Confirmation(n, method: PaymentMethod.Till).ToReceipt(new(Guid.NewGuid()), Later)).ToList();
        Assert.True(checkout.ApplyQueryResult(attempt, new PaymentResult.Succeeded(null, null, null, null), Guid.NewGuid(), Later, loose));
        Assert.True(Assert.Single(checkout.Receipts).IsOnHold);

        Assert.Equal(SettlementResult.Applied, checkout.ApplyCallback(attempt, CheckoutBuilder.Paid("N2"), loose[1], Guid.NewGuid(), Later));

        Assert.Same(loose[1], Assert.Single(checkout.Receipts));
        Assert.Equal((CheckoutStatus.Paid, Price, Price), (checkout.Status, checkout.Paid, loose[1].Applied));
        Assert.Contains(CheckoutEvents.Paid, checkout.Events);
    }

    [Fact]
    public void A_loose_till_payment_is_joined_to_the_success_a_query_tells_of()
    {
        var checkout = CheckoutBuilder.Checkout();
        var attempt = checkout.Prompted();
        var loose = ConfirmationBuilder.Confirmation("N1", method: PaymentMethod.Till).ToReceipt(new(Guid.NewGuid()), Later);

        Assert.True(checkout.ApplyQueryResult(attempt, new PaymentResult.Succeeded(null, null, null, null), Guid.NewGuid(), Later, [loose]));

        Assert.Same(loose, Assert.Single(checkout.Receipts));
        Assert.Equal((checkout.Id, attempt.Id, Price), (loose.CheckoutId!.Value, loose.AttemptId!.Value, loose.Applied));
        ConfirmationBuilder.Check(checkout);
    }

    [Fact]
    public void A_receipt_is_matched_where_something_is_due_and_nowhere_else()
    {
        Receipt Loose() => ConfirmationBuilder.Confirmation("N1").ToReceipt(new(Guid.NewGuid()), Later);
        var open = CheckoutBuilder.Checkout();
        var receipt = Loose();
        Assert.Null(open.Match(receipt, Later));
        Assert.Equal(CheckoutStatus.Paid, open.Status);
        Assert.Null(open.Match(receipt, Later));
        Assert.Equal(MatchRefusal.Elsewhere, CheckoutBuilder.Checkout().Match(receipt, Later));
        Assert.Equal(MatchRefusal.AlreadyPaid, open.Match(Loose(), Later));

        var cancelled = CheckoutBuilder.Checkout();
        cancelled.Cancel(Later);
        Assert.Equal(MatchRefusal.Cancelled, cancelled.Match(Loose(), Later));
    }

    [Fact]
    public void A_receipt_matched_to_an_order_a_query_called_paid_is_that_payment()
    {
        var checkout = CheckoutBuilder.Checkout();
        var attempt = checkout.Prompted();
        checkout.AnswerPaid(attempt, Later);
        checkout.Receipts[0].Set(nameof(Receipt.State), EntityState.None);
        var receipt = ConfirmationBuilder.Confirmation("N1").ToReceipt(new(Guid.NewGuid()), Later);
        receipt.Set(nameof(Receipt.State), EntityState.None);

        Assert.Null(checkout.Match(receipt, Later));

        Assert.Same(receipt, Assert.Single(checkout.Receipts));
        Assert.Equal((Price, Money.Zero, EntityState.Updated), (receipt.Applied, receipt.Surplus, receipt.State));
        Assert.Single(checkout.MergedReceipts);
        ConfirmationBuilder.Check(checkout);
    }

    [Fact]
    public void A_number_that_pays_another_order_does_not_let_a_query_count_the_same_money_again()
    {
        var (mine, other) = (CheckoutBuilder.Checkout(), CheckoutBuilder.Checkout());
        var receipt = ConfirmationBuilder.Confirmation("UGA7RT61SV").ToReceipt(new(Guid.NewGuid()), CheckoutBuilder.Start);
        Assert.Null(other.Match(receipt, CheckoutBuilder.Start + TimeSpan.FromSeconds(30)));
        var attempt = mine.Prompted();

        Assert.Equal(SettlementResult.Contradiction, mine.Hear(attempt, CheckoutBuilder.Paid("UGA7RT61SV"), CheckoutBuilder.Start + TimeSpan.FromSeconds(70), other));
        Assert.True(mine.AnswerPaid(attempt, CheckoutBuilder.Start + TimeSpan.FromSeconds(80)));

        Assert.Equal((CheckoutStatus.Paid, CheckoutStatus.Pending), (other.Status, mine.Status));
        var held = Assert.Single(mine.Receipts);
        Assert.True(held.IsOnHold);
        Assert.All(mine.Cases, c => Assert.Equal(CaseKind.ReceiptConflict, c.Kind));
        ConfirmationBuilder.Check(mine);

        // The operator finds that it was a payment of its own after all.
        Assert.Null(mine.Match(held, CheckoutBuilder.Start + TimeSpan.FromHours(1)));
        Assert.Equal(CheckoutStatus.Paid, mine.Status);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Money_that_is_being_given_back_pays_for_nothing(bool byCallback)
    {
        var checkout = CheckoutBuilder.Checkout();
        var attempt = checkout.Prompted();
        var receipt = ConfirmationBuilder.Confirmation("UGA7RT61SV", payer: "254708374149", method: PaymentMethod.Till).ToReceipt(new(Guid.NewGuid()), CheckoutBuilder.Start);
        receipt.Refunds.Add(TransferBuilder.Refund(receipt));
        var later = CheckoutBuilder.Start + TimeSpan.FromSeconds(70);

        if (byCallback)
        {
            checkout.ApplyCallback(attempt, CheckoutBuilder.Paid("UGA7RT61SV"), receipt, Guid.NewGuid(), later);
        }
        else
        {
            checkout.ApplyQueryResult(attempt, new PaymentResult.Succeeded(null, null, null, null), Guid.NewGuid(), later, [receipt]);
        }

        Assert.Equal((AttemptStatus.Succeeded, CheckoutStatus.Pending), (attempt.Status, checkout.Status));
        Assert.Equal((Money.Zero, Money.Zero), (receipt.Applied, receipt.Surplus));
        Assert.DoesNotContain(CheckoutEvents.Surplus, checkout.Events);
        Assert.Equal(CaseKind.ReceiptConflict, Assert.Single(checkout.Cases).Kind);
        Assert.Equal(MatchRefusal.GivenBack, CheckoutBuilder.Checkout().Match(receipt, later));
        ConfirmationBuilder.Check(checkout);
    }

    [Fact]
    public void A_number_that_was_given_back_does_not_undo_what_a_query_called_paid()
    {
        var checkout = CheckoutBuilder.Checkout();
        var attempt = checkout.Prompted();
        checkout.AnswerPaid(attempt, CheckoutBuilder.Start + TimeSpan.FromSeconds(70));
        var receipt = ConfirmationBuilder.Confirmation("UGA7RT61SV").ToReceipt(new(Guid.NewGuid()), CheckoutBuilder.Start);
        receipt.Refunds.Add(TransferBuilder.Refund(receipt));

        Assert.Equal(
            SettlementResult.Contradiction, checkout.ApplyCallback(attempt, CheckoutBuilder.Paid("UGA7RT61SV"), receipt, Guid.NewGuid(), CheckoutBuilder.Start + TimeSpan.FromSeconds(90)));

        Assert.Equal(CheckoutStatus.Paid, checkout.Status);
        Assert.Single(checkout.Cases);
        ConfirmationBuilder.Check(checkout);
    }
}
