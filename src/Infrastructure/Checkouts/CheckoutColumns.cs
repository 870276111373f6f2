using Payments.Domain.Checkouts;
using Payments.Domain.Receipts;
using Payments.Infrastructure.Database;
using Payments.Infrastructure.Requests;

namespace Payments.Infrastructure.Checkouts;

/// <summary>What is written of checkouts, attempts and receipts.</summary>
internal static class CheckoutColumns
{
    /// <summary>With <c>loaded</c>, the version that was read.</summary>
    public static readonly Unnest<Checkout> Checkouts = new Unnest<Checkout>()
        .Uuid("id", c => c.Id)
        .Integer("loaded", c => c.OriginalVersion)
        .Name<CheckoutStatus>("status", c => c.Status)
        .Bigint("paid", c => c.Paid.Cents)
        .Integer("version", c => c.Version)
        .Time("updated_at", c => c.UpdatedAt)
        .Time("ended_at", c => c.EndedAt);

    public static readonly Unnest<Attempt> NewAttempts = new Unnest<Attempt>()
        .Uuid("id", a => a.Id)
        .Uuid("checkout_id", a => a.CheckoutId)
        .Text("phone", a => a.Phone?.Value)
        .Bigint("amount", a => a.Amount.Cents)
        .Name<AttemptStatus>("status", a => a.Status)
        .Time("started_at", a => a.StartedAt)
        .Time("next_question_at", a => a.NextQueryAt);

    public static readonly Unnest<Attempt> Attempts = new Unnest<Attempt>()
        .Uuid("id", a => a.Id)
        .Name<AttemptStatus>("status", a => a.Status)
        .Text("request_id", a => a.RequestId)
        .Text("other_id", a => a.OtherId)
        .Request(a => a.Request)
        .Name("reported_failure_code", a => a.UnconfirmedFailure?.Code)
        .Text("reported_result_code", a => a.UnconfirmedFailure?.ResultCode)
        .Bigint("reported_amount", a => a.UnconfirmedAmount?.Cents)
        .Text("reported_receipt", a => a.UnconfirmedReceipt?.Value);

    public static readonly Unnest<Receipt> Receipts = new Unnest<Receipt>()
        .Uuid("id", r => r.Id)
        .Text("receipt", r => r.Number?.Value)
        .Uuid("checkout_id", r => r.CheckoutId)
        .Uuid("attempt_id", r => r.AttemptId)
        .Bigint("amount", r => r.Amount.Cents)
        .Bigint("applied", r => r.Applied.Cents)
        .Bigint("surplus", r => r.Surplus.Cents)
        .Time("surplus_due_at", r => r.SurplusDueAt)
        .Name<PaymentMethod>("method", r => r.Method)
        .Name<SettledBy>("settled_by", r => r.SettledBy)
        .Text("account", r => r.Account)
        .Text("payer", r => r.Payer)
        .Text("payer_name", r => r.PayerName)
        .Time("at", r => r.At)
        .Boolean("late", r => r.Late)
        .Boolean("inferred", r => r.IsInferred)
        .Time("created_at", r => r.RecordedAt)
        .Bigint("written_off", r => r.WrittenOff.Cents)
        .Text("shortcode", r => r.Shortcode);
}
