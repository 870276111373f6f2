using Payments.Domain.Common;

namespace Payments.Application.Access;

/// <summary>Checks the keys to single checkouts that browsers show.</summary>
public interface IClientSecretVerifier
{
    /// <summary>Reads a clientSecret; false when it is none of ours.</summary>
    bool TryRead(string text, out CheckoutId checkoutId);
}
