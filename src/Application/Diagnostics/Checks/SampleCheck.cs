using Payments.Application.Common;

namespace Payments.Application.Diagnostics.Checks;

/// <summary>
/// Sends the payloads Safaricom publishes to the public address, as the portal's callback tester does, each to the endpoint of its kind
/// with a token that marks it as a try: how each arrived, was stored and judged. None touches a payment.
/// </summary>
internal sealed class SampleCheck(IPublicEndpointClient endpoints, IProbes probes) : IDiagnosticCheck
{
    public string Name => "sample";

    public string Subject => "The samples";

    public bool IsPartOf(DiagnosticRun run) => run.Sample is not null;

    public async Task Run(DiagnosticRun run, CancellationToken cancellation)
    {
        var samples = probes.Samples(run.Sample!);
        if (run.NoWayIn is { } closed)
        {
            foreach (var sample in samples)
            {
                run.Skip(Key(sample), What(sample), closed);
            }

            return;
        }

        var tries = new List<(SampleCallback Sample, Guid Id, EndpointResponse Answer)>();
        foreach (var sample in samples)
        {
            var id = NewId.Next();
            var url = probes.Address(new Uri(run.Address!), sample.Kind, id);
            tries.Add((sample, id, await endpoints.Post(url, sample.Body, "application/json", cancellation)));
        }

        var stored = run.NoDatabase is null
            ? await StoredProbes.Find(run, probes, [.. tries.Where(t => EndpointResponses.IsTaken(t.Answer)).Select(t => t.Id)], cancellation) : [];
        foreach (var (sample, id, answer) in tries)
        {
            StoredProbes.Judge(run, Key(sample), What(sample), answer, stored.GetValueOrDefault(id), sample.Body);
        }
    }

    private static string Key(SampleCallback sample) => "sample." + EnumNames.Name(sample.Kind);

    private static string What(SampleCallback sample) => $"Sample: {sample.Name}";
}
