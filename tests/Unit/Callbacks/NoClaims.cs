using Payments.Application.Checkouts;
using Payments.Domain.Common;
using Payments.Domain.Receipts;

namespace Payments.Tests.Unit;

/// <summary>A world in which no customer has said that he has paid.</summary>
internal sealed class NoClaims : IReceiptClaims
{
    public Task<IReadOnlyList<WaitingClaim>> Waiting(IReadOnlyCollection<ReceiptNumber> codes) => Task.FromResult<IReadOnlyList<WaitingClaim>>([]);

    public Task<IReadOnlyList<ReceiptClaimId>> Among(IReadOnlyCollection<Guid> ids) => Task.FromResult<IReadOnlyList<ReceiptClaimId>>([]);

    public Task<EarlierClaims> Before(CheckoutId checkoutId, ReceiptNumber code, int most, TimeSpan window, DateTimeOffset now) => throw new NotSupportedException();

    public Task<NumberPlace> PlaceOf(ReceiptNumber code) => throw new NotSupportedException();

    public Task Keep(CheckoutId checkoutId, ReceiptNumber code, ClaimAnswer answer, bool hasCase, DateTimeOffset now) => throw new NotSupportedException();

    public Task Answer(IReadOnlyCollection<(ReceiptClaimId Id, ClaimAnswer Answer, bool HasCase)> answers) => throw new NotSupportedException();

    public Task<ReceiptClaimId?> BeginQuestion(CheckoutId checkoutId, ReceiptNumber code, int most, TimeSpan pause, DateTimeOffset now) => throw new NotSupportedException();

    public Task DiscountQuestion(ReceiptClaimId id) => throw new NotSupportedException();

    public Task<IReadOnlyList<(CheckoutId CheckoutId, ReceiptNumber Code)>> Unasked(TimeSpan pause, int most, CancellationToken cancellation) => throw new NotSupportedException();
}
