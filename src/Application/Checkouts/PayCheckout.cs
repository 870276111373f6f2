using FluentValidation;
using MediatR;
using Payments.Application.Common;
using Payments.Application.Daraja;
using Payments.Application.Idempotency;
using Payments.Application.Reconciliation;
using Payments.Domain.Checkouts;
using Payments.Domain.Common;

namespace Payments.Application.Checkouts;

/// <summary>Sends a prompt for what is still due.</summary>
public sealed record PayCheckout(Caller Caller, CheckoutId CheckoutId, string? Phone) : IRequest<Result<CheckoutView>>;

/// <summary>What a prompt needs.</summary>
public sealed class PayCheckoutValidator : AbstractValidator<PayCheckout>
{
    public PayCheckoutValidator() => RuleFor(c => c.Phone).Phone();
}

/// <summary>Commits the push as <c>sending</c>, then sends it; two callers at once meet at the checkout's lock, and one is refused.</summary>
public sealed class PayCheckoutHandler(
    ICheckouts checkouts, ITransactions transactions, IBackgroundCommands detached, IDaraja daraja, LimitOptions limits, ReconciliationOptions reconciliation)
    : IRequestHandler<PayCheckout, Result<CheckoutView>>
{
    public async Task<Result<CheckoutView>> Handle(PayCheckout request, CancellationToken cancellationToken)
    {
        var begun = await transactions.Run(request.Caller, now => Begin(request, now), cancellationToken);
        if (begun.Value is not { } attempt)
        {
            return begun.Refusal!;
        }

        await SendAttempt.WaitFor(detached, new(request.CheckoutId, attempt.Id), limits.PromptAnswer);
        var checkout = await checkouts.Find(request.CheckoutId, cancellationToken);
        return CheckoutView.Of(checkout!, request.Caller.IsShop);
    }

    private async Task<Result<Attempt>> Begin(PayCheckout request, DateTimeOffset now)
    {
        ValidationRules.TryReadPhone(request.Phone, out var phone);

        // The number's lock comes before the checkout's, here as everywhere.
        var retryAt = await checkouts.ReservePrompt(phone, limits.PromptsPerPhone, limits.PromptWindow, now);
        var loaded = await checkouts.LoadForChange(new(Ids: [request.CheckoutId]));
        if (loaded.Checkouts is not [var checkout] || !request.Caller.MaySee(checkout.Client, checkout.Id))
        {
            return Refusal.NotFound("checkout");
        }

        if (request.Caller.DeadSecret(checkout.EndedAt, now) is { } dead)
        {
            return dead;
        }

        if (checkout.RefusesPrompt(request.Caller.IsShop, now) is { } refusal)
        {
            return CheckoutRefusals.Of(refusal);
        }

        if (!request.Caller.IsShop && checkout.Attempts.Count >= limits.PromptsPerCheckout)
        {
            return new Refusal("too_many_prompts", "This checkout has had as many prompts as it may have.");
        }

        if (daraja.StkPausedUntil is { } resumed)
        {
            return new Refusal("prompts_paused", "Safaricom keeps failing and is left alone for a moment.", resumed);
        }

        if (retryAt is not null)
        {
            return new Refusal("too_many_prompts", "This number has had as many prompts as it may have for now.", retryAt);
        }

        var attempt = checkout.Prompt(NewId.Next<AttemptId>(), phone, now + reconciliation.Next(accepted: true, 0)!.Value, now);
        await checkouts.Save([checkout]);
        return Result.Created(attempt, CreatedResourceKind.Checkout, checkout.Id);
    }
}

/// <summary>Refusals that several checkout commands share.</summary>
internal static class CheckoutRefusals
{
    public static Refusal Of(PromptRefusal refusal) => refusal.Reason switch
    {
        PromptRefusalReason.AlreadyPaid => new("already_paid", "This checkout is paid."),
        PromptRefusalReason.Expired => new("checkout_expired", "This checkout's time is over."),
        PromptRefusalReason.Cancelled => new("checkout_cancelled", "This checkout was cancelled."),
        PromptRefusalReason.AttemptInProgress => new("attempt_in_progress", "A prompt is under way; wait for its end.", refusal.RetryAt),
    };
}
