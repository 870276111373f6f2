using Payments.Application.Common;
using Payments.Application.Idempotency;

namespace Payments.Application.Cases;

/// <summary>The answer to settling a case.</summary>
public sealed class RebuildCase(ICases cases) : IResponseReplayer
{
    public string Kind => CreatedResourceKind.Case;

    public async Task<object> Rebuild(Caller caller, CreatedResource created, CancellationToken cancellation) => CaseView.Of((await cases.Find(new(created.Id)))!);
}
