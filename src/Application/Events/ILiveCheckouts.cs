using Payments.Domain.Checkouts;
using Payments.Domain.Common;

namespace Payments.Application.Events;

/// <summary>The checkouts somebody watches in this process.</summary>
public interface ILiveCheckouts
{
    /// <summary>Watches a checkout until disposed.</summary>
    ICheckoutWatch Subscribe(CheckoutId checkoutId);
}

/// <summary>One watcher of one checkout.</summary>
public interface ICheckoutWatch : IDisposable
{
    /// <summary>The checkout once it is newer than <paramref name="version"/>, shared with whoever else watches; null when <paramref name="patience"/> ran out first.</summary>
    Task<Checkout?> Newer(int version, TimeSpan patience, CancellationToken cancellation);
}
