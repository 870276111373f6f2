namespace Payments.Application.C2b;

/// <summary>What keyed requests of this feature make.</summary>
public static class C2bResource
{
    /// <summary>A receipt that was matched.</summary>
    public const string Receipt = "receipt";

    /// <summary>A registration.</summary>
    public const string Registration = "c2b_registration";
}
