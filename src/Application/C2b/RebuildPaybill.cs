using Payments.Application.Common;
using Payments.Application.Idempotency;

namespace Payments.Application.C2b;

/// <summary>What keyed requests of this feature make.</summary>
public static class C2bResource
{
    /// <summary>A receipt that was matched.</summary>
    public const string Receipt = "receipt";

    /// <summary>A registration.</summary>
    public const string Registration = "c2b_registration";
}

/// <summary>The answer to the request that matched a receipt.</summary>
public sealed class RebuildReceipt(IC2bPayments paybill) : IResponseReplayer
{
    public string Kind => C2bResource.Receipt;

    public async Task<object> Rebuild(Caller caller, Guid id, CancellationToken cancellation) => (await paybill.Receipt(new(id), cancellation))!;
}

/// <summary>The answer to the request that registered.</summary>
public sealed class RebuildRegistration(IC2bPayments paybill) : IResponseReplayer
{
    public string Kind => C2bResource.Registration;

    public async Task<object> Rebuild(Caller caller, Guid id, CancellationToken cancellation) =>
        RegistrationView.Of((await paybill.Find(new(id), cancellation))!);
}
