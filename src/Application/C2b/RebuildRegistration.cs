using Payments.Application.Common;
using Payments.Application.Idempotency;

namespace Payments.Application.C2b;

/// <summary>The answer to the request that registered.</summary>
public sealed class RebuildRegistration(IC2bPayments paybill) : IResponseReplayer
{
    public string Kind => C2bResource.Registration;

    public async Task<object> Rebuild(Caller caller, CreatedResource created, CancellationToken cancellation) =>
        RegistrationView.Of((await paybill.Find(new(created.Id), cancellation))!);
}
