using Payments.Application.Common;

namespace Payments.Application.Diagnostics;

/// <summary>
/// Sends the payloads Safaricom publishes to the public address, as the portal's callback tester does, each to the endpoint of its kind
/// with a token that marks it as a try: how each arrived, was stored and judged. None touches a payment.
/// </summary>
internal static class SampleChecks
{
    public static async Task Run(DiagnosticRun round, IPublicEndpointClient door, IProbes probes, string kind, CancellationToken cancellation)
    {
        var samples = probes.Samples(kind);
        if (round.NoWayIn is { } closed)
        {
            foreach (var sample in samples)
            {
                round.Skip(Check(sample), What(sample), closed);
            }

            return;
        }

        var tries = new List<(SampleCallback Sample, Guid Id, EndpointResponse Answer)>();
        foreach (var sample in samples)
        {
            var id = NewId.Next();
            var url = probes.Address(new Uri(round.Address!), sample.Kind, id);
            tries.Add((sample, id, await door.Post(url, sample.Body, "application/json", cancellation)));
        }

        var stored = round.NoDatabase is null
            ? await ProbeChecks.Look(round, probes, [.. tries.Where(t => EndpointResponses.IsTaken(t.Answer)).Select(t => t.Id)], cancellation) : [];
        foreach (var (sample, id, answer) in tries)
        {
            ProbeChecks.Judge(round, Check(sample), What(sample), answer, stored.GetValueOrDefault(id), sample.Body);
        }
    }

    private static string Check(SampleCallback sample) => "sample." + EnumNames.Name(sample.Kind);

    private static string What(SampleCallback sample) => $"Sample: {sample.Name}";
}
