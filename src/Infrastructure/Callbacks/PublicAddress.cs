using Payments.Application.Common;

namespace Payments.Infrastructure.Callbacks;

/// <summary>Kept for the whole process; the tunnel's watch changes it.</summary>
public sealed class PublicAddress(Uri first) : IPublicAddress
{
    private volatile Uri current = first;

    public Uri Current => current;

    /// <summary>From now on this one.</summary>
    public void Change(Uri to) => current = to;
}
