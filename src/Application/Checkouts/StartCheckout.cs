using FluentValidation;
using MediatR;
using Payments.Application.Common;
using Payments.Application.Daraja;
using Payments.Application.Idempotency;
using Payments.Application.Reconciliation;
using Payments.Application.Restores;
using Payments.Domain.Checkouts;
using Payments.Domain.Common;

namespace Payments.Application.Checkouts;

/// <summary>A shop wants an order paid; with a phone the prompt goes out in the same call.</summary>
public sealed record StartCheckout(
    Caller Caller, string? OrderReference, string? ExternalId, decimal? Amount, string? Phone, string? Description, string? ReturnUrl, int? ExpiresInMinutes,
    IReadOnlyDictionary<string, string>? Metadata) : IRequest<Result<CheckoutView>>;

/// <summary>What a checkout must look like before anything is stored or sent.</summary>
public sealed class StartCheckoutValidator : AbstractValidator<StartCheckout>
{
    public StartCheckoutValidator(ReturnOptions returns)
    {
        RuleFor(c => c.OrderReference)
            .Must(text => text is null || Domain.Checkouts.OrderReference.TryParse(text, out _))
            .WithMessage("Give 1 to 12 of A–Z a–z 0–9 - _ . / with at least one letter or digit, or leave it out; a longer id of yours is an externalId.");
        RuleFor(c => c.ExternalId).ExternalId();
        RuleFor(c => c.Amount)
            .Must(amount => amount is >= 1 and <= 250_000 && decimal.Truncate(amount.Value) == amount)
            .WithMessage("Give whole shillings from 1 to 250000.");
        RuleFor(c => c.Phone).Phone().When(c => c.Phone is not null);
        RuleFor(c => c.Description).Printable(100);
        RuleFor(c => c.ReturnUrl)
            .Must(url => url is null || returns.Allows(url))
            .WithMessage("Give an absolute https address of at most 2000 characters on a host of Return__AllowedHosts.");
        RuleFor(c => c.ExpiresInMinutes)
            .Must(minutes => minutes is null or (>= 1 and <= 10_080))
            .WithMessage("Give 1 to 10080 minutes.");
        RuleFor(c => c.Metadata)
            .Must(metadata => metadata is null || (metadata.Count <= 20 && metadata.All(p => p.Value is not null)
                && metadata.Sum(p => System.Text.Encoding.UTF8.GetByteCount(p.Key + p.Value)) <= 4096
                && !metadata.Any(p => (p.Key + p.Value).Contains('\0', StringComparison.Ordinal))))
            .WithMessage("Give at most 20 string values, 4 KiB together, without NUL characters.");
    }
}

/// <summary>
/// Intent first: checkout and push are committed together before the first byte leaves. If the process dies after that commit, the
/// push is found <c>sending</c> by reconciliation and never sent again. Of two that come at once with one reference of one client the second waits for
/// the first and names it; of two that chose one account the second chooses again, in the same transaction.
/// </summary>
public sealed class StartCheckoutHandler(
    ICheckouts checkouts, AccountAllocator accounts, ITransactions transactions, IBackgroundCommands detached, IDaraja daraja, IClientSecrets secrets,
    LimitOptions limits, ReconciliationOptions reconciliation, LostPayments lost) : IRequestHandler<StartCheckout, Result<CheckoutView>>
{
    /// <summary>How often somebody may take the account that was chosen between the look and the INSERT: once is rare, so often never.</summary>
    private const int Tries = 5;

    private sealed record Begun(Checkout Checkout, Attempt? Attempt, PromptRefusedView? Refused);

    public async Task<Result<CheckoutView>> Handle(StartCheckout request, CancellationToken cancellationToken)
    {
        var begun = await transactions.Run(request.Caller, now => Begin(request, now), cancellationToken);
        if (begun.Value is not { } made)
        {
            return begun.Refusal!;
        }

        var checkout = made.Checkout;
        if (made.Attempt is { } attempt)
        {
            await SendAttempt.WaitFor(detached, new(checkout.Id, attempt.Id), limits.PromptAnswer);
            checkout = await checkouts.Find(checkout.Id, cancellationToken) ?? checkout;
        }

        return CheckoutView.Of(checkout, toShop: true) with
        {
            ClientSecret = secrets.For(checkout.Id),
            PromptRefused = made.Refused,
        };
    }

    private async Task<Result<Begun>> Begin(StartCheckout request, DateTimeOffset now)
    {
        OrderReference? reference = OrderReference.TryParse(request.OrderReference, out var given) ? given : null;
        for (var tried = 1; ; tried++)
        {
            var names = new CheckoutNames(await accounts.Choose(request.Caller, reference), reference, request.ExternalId);
            if (await Add(request, names, now) is { } added)
            {
                return added;
            }

            if (tried == Tries)
            {
                throw new InvalidOperationException($"{tried} accounts in a row were taken while this checkout was being added.");
            }
        }
    }

    /// <summary>Adds it under that account; null when somebody has just taken it: nothing was written then, and the transaction goes on.</summary>
    private async Task<Result<Begun>?> Add(StartCheckout request, CheckoutNames names, DateTimeOffset now)
    {
        Msisdn? phone = ValidationRules.TryReadPhone(request.Phone, out var msisdn) ? msisdn : null;
        var expiresIn = TimeSpan.FromMinutes(request.ExpiresInMinutes ?? 1440);
        var checkout = Checkout.Open(
            NewId.Next<CheckoutId>(), request.Caller.Client, names, Money.FromShillings((long)request.Amount!.Value), request.Description, phone,
            request.ReturnUrl, request.Metadata ?? new Dictionary<string, string>(), expiresIn, now);

        Attempt? attempt = null;
        PromptRefusedView? refused = null;
        var paid = await lost.Find(names.Account);
        if (paid.Count == 0)
        {
            (attempt, refused) = await Prompt(checkout, phone, now);
        }

        if (await checkouts.Add(checkout) is { } notAdded)
        {
            return notAdded.InUse is { } existing
                ? (Result<Begun>)new Refusal("order_reference_in_use", "Another checkout of yours has this order reference.", Subject: existing.ToString())
                : null;
        }

        await checkouts.Save([checkout]);
        if (paid.Count > 0)
        {
            // Whoever has paid is not asked again.
            checkout = await lost.Join(checkout.Id, paid, now);
            (attempt, refused) = checkout.Status == CheckoutStatus.Paid ? (null, null) : await Prompt(checkout, phone, now);
            await checkouts.Save([checkout]);
        }

        return Result.Created(new Begun(checkout, attempt, refused), CreatedResourceKind.NewCheckout, checkout.Id, RebuildNewCheckout.Note(refused));
    }

    private async Task<(Attempt? Attempt, PromptRefusedView? Refused)> Prompt(Checkout checkout, Msisdn? phone, DateTimeOffset now)
    {
        if (phone is not { } to)
        {
            return (null, null);
        }

        if (daraja.StkPausedUntil is { } resumed)
        {
            return (null, new("prompts_paused", resumed));
        }

        return await checkouts.ReservePrompt(to, limits.PromptsPerPhone, limits.PromptWindow, now) is { } retryAt
            ? (null, new("too_many_prompts", retryAt))
            : (checkout.Prompt(NewId.Next<AttemptId>(), to, now + reconciliation.Next(accepted: true, 0)!.Value, now), null);
    }
}

/// <summary>Keys to single checkouts, fit for a browser: rebuilt from the id whenever needed, stored nowhere.</summary>
public interface IClientSecrets
{
    /// <summary>The clientSecret of a checkout.</summary>
    string For(CheckoutId checkoutId);
}
