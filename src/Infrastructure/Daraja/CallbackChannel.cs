using System.Text.Json;
using Payments.Application.Callbacks;
using Payments.Infrastructure.Daraja.Lenient;

namespace Payments.Infrastructure.Daraja;

/// <summary>Where Safaricom's messages of one kind arrive, what they are about and how they are read.</summary>
/// <param name="Path">After our prefix, without slashes at the ends: <c>b2c/result</c>.</param>
/// <param name="IdPrefix">Of the public id of what it is about.</param>
/// <param name="Subjects">What the token in its URL may have been made for.</param>
/// <param name="Read">Reads a body that is one JSON object, in every variant Safaricom is known to send.</param>
/// <param name="Samples">Payloads as Safaricom publishes them, by what they are.</param>
public sealed record CallbackChannel(
    CallbackKind Kind, string Path, string IdPrefix, SubjectKind[] Subjects, Func<JsonElement, CallbackMessage> Read, params (string Name, string Body)[] Samples)
{
    /// <summary>Reads what came in a form nobody published, given why it could not be read plainly.</summary>
    internal Func<IReadOnlyList<LenientNode>, string, CallbackMessage> ReadLeniently { get; init; } = (documents, why) => LenientResult.Read(documents, why, Read);

    /// <summary>The result and the queue timeout of what is asked in the initiator's name.</summary>
    internal static CallbackChannel[] OfInitiator(
        string section, (CallbackKind Result, CallbackKind Timeout) kinds, string idPrefix, SubjectKind[] subjects, Func<JsonElement, CallbackMessage> read,
        (string Name, string Body) sample, (string Name, string Body) timeoutSample) =>
        [
            new(kinds.Result, section + "/result", idPrefix, subjects, read, sample),
            new(kinds.Timeout, section + "/timeout", idPrefix, subjects, QueueTimeoutReader.Read, timeoutSample),
        ];

    /// <summary>What the samples are asked for by: <c>b2c</c>.</summary>
    public string Section => Path[..Path.IndexOf('/', StringComparison.Ordinal)];
}
