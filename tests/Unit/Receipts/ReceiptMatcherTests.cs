using Payments.Domain.Cases;
using Payments.Domain.Checkouts;
using Payments.Domain.Common;
using Payments.Domain.Receipts;
using Payments.Domain.Requests;
using Xunit;

namespace Payments.Tests.Unit;

/// <summary>Which receipt is whose payment (R6, R7, R9), decided from attempts and receipts alone.</summary>
public sealed class ReceiptMatcherTests
{
    private static readonly CheckoutId Order = new(Guid.NewGuid());
    private static readonly Money Price = Money.FromShillings(1500);
    private readonly List<Attempt> attempts = [];
    private readonly List<Receipt> receipts = [];

    private ReceiptMatcher Matcher => new(attempts, receipts, null);

    [Fact]
    public void A_number_nobody_has_told_of_is_new_money()
    {
        Assert.IsType<ReceiptMatch.None>(Matcher.ByNumber(Prompted(), new("N1"), Price, known: null));
    }

    [Fact]
    public void A_number_that_was_confirmed_is_that_receipt()
    {
        var confirmed = Confirmed("N1");

        Assert.Same(confirmed, Same(Matcher.ByNumber(Prompted(), new("N1"), Price, confirmed)));
    }

    [Fact]
    public void A_success_without_a_number_takes_the_number_that_comes()
    {
        var attempt = Prompted(AttemptStatus.Succeeded);
        var own = Unnumbered(attempt);

        Assert.Same(own, Same(Matcher.ByNumber(attempt, new("N1"), Price, known: null)));
        Assert.Same(own, Same(Matcher.ByNumber(attempt, new("N1"), Money.FromShillings(1), known: null)));
    }

    [Fact]
    public void A_second_number_for_one_prompt_contradicts_the_first()
    {
        var attempt = Prompted(AttemptStatus.Succeeded);
        Paid(attempt, "N1");

        Assert.Equal(new Conflict.SecondNumber(new("N1"), new("N2")), Conflicts(Matcher.ByNumber(attempt, new("N2"), Price, known: null)));
    }

    [Fact]
    public void A_second_number_parts_the_prompt_from_what_was_taken_for_its_payment()
    {
        var attempt = Prompted(AttemptStatus.Succeeded);
        Paid(attempt, "N1", inferred: true);

        Assert.IsType<ReceiptMatch.None>(Matcher.ByNumber(attempt, new("N2"), Price, known: null));
        Assert.Equal(new Conflict.PaidByOther(new("N2"), Money.FromShillings(1), new ReceiptNumber("N1")), Conflicts(Matcher.ByNumber(attempt, new("N2"), Money.FromShillings(1), known: null)));
    }

    [Fact]
    public void A_number_that_pays_for_something_else_is_a_conflict()
    {
        var (other, attempt) = (Prompted(AttemptStatus.Succeeded), Prompted());
        var taken = Paid(other, "N1");
        var elsewhere = Receipt("N2", checkout: new CheckoutId(Guid.NewGuid()));
        var cheaper = Receipt("N3", amount: Money.FromShillings(1));

        Assert.Equal(new Conflict.PaidOtherAttempt(new("N1")), Conflicts(Matcher.ByNumber(attempt, new("N1"), Price, taken)));
        Assert.Equal(new Conflict.PaidOtherCheckout(new("N2")), Conflicts(Matcher.ByNumber(attempt, new("N2"), Price, elsewhere)));
        Assert.Equal(new Conflict.ConfirmedWithOtherAmount(new("N3"), Price, Money.FromShillings(1)), Conflicts(Matcher.ByNumber(attempt, new("N3"), Price, cheaper)));
    }

    [Fact]
    public void Another_amount_than_was_asked_for_is_not_believed() =>
        Assert.IsType<ReceiptMatch.OtherAmount>(Matcher.ByNumber(Prompted(), new("N1"), Money.FromShillings(1), known: null));

    [Fact]
    public void What_a_query_calls_paid_is_the_one_confirmation_that_agrees()
    {
        var attempt = Prompted(AttemptStatus.Succeeded);
        var confirmed = Confirmed("N1");

        Assert.Same(confirmed, Same(Matcher.ByAttempt(attempt, Price, [])));
    }

    [Theory]
    [InlineData(1, 20, "254708374149")]
    [InlineData(1500, 20, "254700000001")]
    [InlineData(1500, 600, "254708374149")]
    [InlineData(1500, -180, "254708374149")]
    public void One_that_differs_in_amount_payer_or_time_is_another_payment(int shillings, int seconds, string payer)
    {
        var attempt = Prompted(AttemptStatus.Succeeded);
        Confirmed("N1", shillings, seconds, payer);

        Assert.IsType<ReceiptMatch.None>(Matcher.ByAttempt(attempt, Price, []));
    }

    [Fact]
    public void One_that_may_be_counted_already_but_for_the_time_is_a_persons_question()
    {
        var attempt = Prompted(AttemptStatus.Succeeded);
        var applied = Confirmed("N1", seconds: 600, applied: true);

        Assert.Equal([applied], Candidates(Matcher.ByAttempt(attempt, Money.Zero, [])));
    }

    [Fact]
    public void Two_confirmations_or_two_prompts_leave_it_open()
    {
        var first = Prompted(AttemptStatus.Succeeded);
        var (one, two) = (Confirmed("N1"), Confirmed("N2"));
        Assert.Equal([one, two], Candidates(Matcher.ByAttempt(first, Price, [])));

        receipts.Remove(two);
        var rival = Prompted(AttemptStatus.Unknown);
        Assert.Equal([one], Candidates(Matcher.ByAttempt(first, Price, [])));
        Assert.Null(Matcher.OnlyReceiptOf(first));

        attempts.Remove(rival);
        Assert.Same(one, Matcher.OnlyReceiptOf(first));
    }

    [Fact]
    public void A_till_payment_is_taken_for_the_prompt_of_its_payer_unless_another_order_may_have_asked()
    {
        var attempt = Prompted(AttemptStatus.Succeeded);
        var loose = Receipt("N1", at: CheckoutBuilder.Start + TimeSpan.FromSeconds(20), checkout: null, method: PaymentMethod.Till, payer: CheckoutBuilder.Phone.Value);
        var contested = Receipt("N2", at: CheckoutBuilder.Start + TimeSpan.FromSeconds(20), checkout: null, method: PaymentMethod.Till, payer: CheckoutBuilder.Phone.Value, rivals: [CheckoutBuilder.Phone]);

        Assert.Same(loose, Same(Matcher.ByAttempt(attempt, Price, [loose])));
        Assert.IsType<ReceiptMatch.None>(Matcher.ByAttempt(attempt, Price, [contested]));
        Assert.Equal([contested], Matcher.PossiblyPaidAtTill([contested], attempt));
    }

    [Fact]
    public void A_confirmation_is_the_success_that_has_no_number_yet()
    {
        var attempt = Prompted(AttemptStatus.Succeeded);
        var own = Unnumbered(attempt);

        Assert.Same(own, Same(Matcher.ByConfirmation(Receipt("N1", at: CheckoutBuilder.Start + TimeSpan.FromSeconds(20)), isNew: true)));
    }

    [Fact]
    public void A_confirmation_of_two_such_successes_or_of_another_time_is_a_persons_question()
    {
        var (first, second) = (Unnumbered(Prompted(AttemptStatus.Succeeded)), Unnumbered(Prompted(AttemptStatus.Succeeded)));
        var confirmation = Receipt("N1", at: CheckoutBuilder.Start + TimeSpan.FromSeconds(20));
        Assert.Equal([first, second], Candidates(Matcher.ByConfirmation(confirmation, isNew: true)));

        var astray = Assert.IsType<ReceiptMatch.Ambiguous>(Matcher.ByConfirmation(Receipt("N2", at: CheckoutBuilder.Start + TimeSpan.FromHours(3)), isNew: true));
        Assert.True(astray.IsAtAnotherTime);
    }

    [Fact]
    public void What_was_in_the_books_before_the_prompt_is_not_its_payment()
    {
        var attempt = Prompted(AttemptStatus.Succeeded);
        Unnumbered(attempt);
        var earlier = Receipt("N1", at: CheckoutBuilder.Start, recorded: CheckoutBuilder.Start - TimeSpan.FromMinutes(1));

        Assert.IsType<ReceiptMatch.None>(Matcher.ByConfirmation(earlier, isNew: false));
        Assert.IsType<ReceiptMatch.Same>(Matcher.ByConfirmation(earlier, isNew: true));
    }

    private static Receipt Same(ReceiptMatch match) => Assert.IsType<ReceiptMatch.Same>(match).Receipt;

    private static Conflict Conflicts(ReceiptMatch match) => Assert.IsType<ReceiptMatch.Contradiction>(match).Conflict;

    private static IReadOnlyList<Receipt> Candidates(ReceiptMatch match) => Assert.IsType<ReceiptMatch.Ambiguous>(match).Candidates;

    private Attempt Prompted(AttemptStatus status = AttemptStatus.Sent)
    {
        var attempt = new Attempt
        {
            Id = new(Guid.NewGuid()),
            CheckoutId = Order,
            Phone = CheckoutBuilder.Phone,
            Amount = Price,
            Request = new()
            {
                SendingAt = CheckoutBuilder.Start,
                Status = (RequestStatus)status,
                SettledBy = status == AttemptStatus.Succeeded ? SettledBy.StkQuery : null,
                EndedAt = status == AttemptStatus.Succeeded ? CheckoutBuilder.Start : null,
            },
        };
        attempts.Add(attempt);
        return attempt;
    }

    private Receipt Confirmed(string number, int shillings = 1500, int seconds = 20, string payer = "2547 ***** 149", bool applied = false)
    {
        var receipt = Receipt(number, Money.FromShillings(shillings), CheckoutBuilder.Start + TimeSpan.FromSeconds(seconds), payer: payer, applied: applied);
        receipts.Add(receipt);
        return receipt;
    }

    private Receipt Paid(Attempt attempt, string number, bool inferred = false)
    {
        var receipt = Receipt(number, attempt: attempt.Id, inferred: inferred, applied: true);
        receipts.Add(receipt);
        return receipt;
    }

    private Receipt Unnumbered(Attempt attempt)
    {
        var receipt = Receipt(null, attempt: attempt.Id, applied: true);
        receipts.Add(receipt);
        return receipt;
    }

    private static Receipt Receipt(
        string? number, Money? amount = null, DateTimeOffset? at = null, CheckoutId? checkout = null, AttemptId? attempt = null, bool inferred = false, bool applied = false,
        PaymentMethod method = PaymentMethod.Paybill, string? payer = null, DateTimeOffset? recorded = null, IReadOnlyList<Msisdn?>? rivals = null) => new()
        {
            Id = new(Guid.NewGuid()),
            Number = Numbers.Of(number),
            CheckoutId = checkout ?? (method == PaymentMethod.Till ? null : Order),
            AttemptId = attempt,
            IsInferred = inferred,
            Amount = amount ?? Price,
            Applied = applied ? amount ?? Price : Money.Zero,
            Method = method,
            SettledBy = SettledBy.Confirmation,
            Payer = payer,
            At = at ?? CheckoutBuilder.Start,
            RecordedAt = recorded ?? CheckoutBuilder.Start + TimeSpan.FromMinutes(1),
            Rivals = rivals ?? [],
        };
}
