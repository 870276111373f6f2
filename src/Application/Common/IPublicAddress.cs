namespace Payments.Application.Common;

/// <summary>The address under which the world reaches this process now. Fixed by the configuration, but where a tunnel gives it.</summary>
public interface IPublicAddress
{
    /// <summary>The address for every URL that is made now; what was handed out before stays as it was.</summary>
    Uri Current { get; }
}
