using Dapper;
using Payments.Application.Callbacks;
using Payments.Application.Diagnostics;
using Payments.Domain.Common;
using Payments.Infrastructure.Callbacks;
using Payments.Infrastructure.Daraja;
using Payments.Infrastructure.Database;

namespace Payments.Infrastructure.Diagnostics;

/// <summary>Probes: their bodies, their addresses, and their rows in the inbox, whichever replica wrote them.</summary>
internal sealed class Probes(Connections database, CallbackTokens tokens) : IProbes
{
    public IReadOnlyList<SampleCallback> Samples(string kind) => SampleKinds.Of(kind);

    public Uri Address(Uri publicBaseUrl, CallbackKind kind, Guid probe) =>
        new(CallbackUrls.Under(publicBaseUrl, kind) + "/" + tokens.Make(SubjectKind.Probe, probe));

    public async Task<IReadOnlyList<StoredProbe>> Find(IReadOnlyCollection<Guid> probes, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);

        // By time, which has an index; probes have none, for nobody else asks for them. Spooled ones keep the time they came.
        var rows = await connection.QueryAsync<Row>(
            """
            SELECT id, probe_id, state, verdict, detail, arrival, body, content_type FROM callbacks
            WHERE received_at > now() - interval '10 minutes' AND probe_id = ANY (@probes)
            """,
            new { probes = probes.ToArray() });
        return [.. rows.Select(row => row.ToProbe())];
    }

    private sealed record Row
    {
        public CallbackId Id { get; init; }
        public Guid ProbeId { get; init; }
        public string State { get; init; } = "";
        public string? Verdict { get; init; }
        public string? Detail { get; init; }
        public string? Arrival { get; init; }
        public byte[] Body { get; init; } = [];
        public string? ContentType { get; init; }

        public StoredProbe ToProbe() => new(ProbeId, Id.ToString(), State, Verdict, Detail, Arrival, Body, ContentType);
    }
}
