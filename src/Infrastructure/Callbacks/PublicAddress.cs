namespace Payments.Infrastructure.Callbacks;

/// <summary>The address under which Safaricom reaches this process now. Fixed by the configuration, but where a tunnel gives it.</summary>
public sealed class PublicAddress(Uri first)
{
    private volatile Uri current = first;

    /// <summary>The address for every URL that is made now; what was handed out before stays as it was.</summary>
    public Uri Current => current;

    /// <summary>From now on this one.</summary>
    public void Change(Uri to) => current = to;
}
