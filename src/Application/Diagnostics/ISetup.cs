using System.Net;
using Payments.Application.Reconciliation;
using Payments.Domain.Callbacks;

namespace Payments.Application.Diagnostics;

/// <summary>How long the doctor waits, and what it calls slow.</summary>
public sealed record DoctorLimits
{
    /// <summary>What this service promises: callbacks are answered in milliseconds, so a second is the way's.</summary>
    public TimeSpan Ours { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>What integration guides give a callback before Safaricom counts it as failed.</summary>
    public TimeSpan Guides { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long an answer at the public address is waited for.</summary>
    public required TimeSpan Timeout { get; init; }

    /// <summary>How long a probe that was answered may take to be found stored and judged.</summary>
    public required TimeSpan Judging { get; init; }

    /// <summary>How long the answer to a balance query is waited for.</summary>
    public required TimeSpan Balance { get; init; }

    /// <summary>A certificate that ends sooner than this should have been renewed: Let's Encrypt's are after 60 of their 90 days.</summary>
    public TimeSpan CertificateLeft { get; init; } = TimeSpan.FromDays(21);
}

/// <summary>The public address, looked at from outside.</summary>
public interface IPublicEndpointClient
{
    /// <summary>Resolves a name.</summary>
    Task<NameResult> Resolve(string host, CancellationToken cancellation);

    /// <summary>Opens a TLS connection and reports what was shown, whatever is wrong with it.</summary>
    Task<CertificateInspection> Certificate(Uri address, CancellationToken cancellation);

    /// <summary>Sends one POST as Safaricom would: no redirect is followed, no proxy of this machine's is used. Never throws.</summary>
    /// <param name="contentType">The header's exact value; null sends none.</param>
    Task<EndpointResponse> Post(Uri url, ReadOnlyMemory<byte> body, string? contentType, CancellationToken cancellation);
}

/// <summary>What a name resolved to; <paramref name="Problem"/> when to nothing.</summary>
public sealed record NameResult(IReadOnlyList<IPAddress> Addresses, string? Problem);

/// <summary>What is wrong with a certificate.</summary>
public enum CertificateFault
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>There was no TLS connection at all.</summary>
    NoConnection,

    /// <summary>Past its end.</summary>
    Expired,

    /// <summary>Before its beginning.</summary>
    NotYetValid,

    /// <summary>For other names.</summary>
    WrongName,

    /// <summary>Signed by itself.</summary>
    SelfSigned,

    /// <summary>Its signer is not shown, so nobody can follow it to a root.</summary>
    Incomplete,

    /// <summary>Followed to a root nobody trusts.</summary>
    Untrusted,

    /// <summary>Something else in the chain.</summary>
    Other,
}

/// <summary>The certificate that was shown.</summary>
/// <param name="Names">The names it is for.</param>
/// <param name="Detail">For no connection, the untrusted and everything else: what exactly.</param>
public sealed record CertificateInspection(
    CertificateFault Fault, IReadOnlyList<string> Names, string? Issuer, DateTimeOffset? NotBefore, DateTimeOffset? NotAfter, string? Detail);

/// <summary>What came back for a POST.</summary>
/// <param name="Status">0 when nothing came back.</param>
/// <param name="Problem">Why nothing came back; null when something did.</param>
/// <param name="Server">The Server header, which usually names whoever stands in front.</param>
/// <param name="Location">Where a redirect points to.</param>
/// <param name="Body">The beginning of the body as text.</param>
public sealed record EndpointResponse(
    int Status, string? Problem, TimeSpan Elapsed, string? ContentType = null, string? Server = null, string? Location = null, string? Body = null);

/// <summary>Sample callbacks, the addresses they are sent to, and what became of them.</summary>
public interface IProbes
{
    /// <summary>The payloads Safaricom publishes for one kind (<c>stk</c>, <c>c2b</c>, …) or <c>all</c>; empty for an unknown kind.</summary>
    IReadOnlyList<SampleCallback> Samples(string kind);

    /// <summary>The address of a kind of callback, with a token that marks it as a try of ours.</summary>
    Uri Address(Uri publicBaseUrl, CallbackKind kind, Guid probe);

    /// <summary>Those of the given probes that this deployment's database has.</summary>
    Task<IReadOnlyList<StoredProbe>> Find(IReadOnlyCollection<Guid> probes, CancellationToken cancellation);
}

/// <summary>A payload as Safaricom publishes it.</summary>
public sealed record SampleCallback(string Name, CallbackKind Kind, ReadOnlyMemory<byte> Body);

/// <summary>A probe as it was stored.</summary>
/// <param name="Arrival">See <see cref="ProbeRoute"/>.</param>
public sealed record StoredProbe(
    Guid ProbeId, string CallbackId, string State, string? Verdict, string? Detail, string? Arrival, byte[] Body, string? ContentType);

/// <summary>The database as it is.</summary>
public interface IDatabaseInspector
{
    /// <summary>Looks; never throws for what is wrong with the database.</summary>
    Task<DatabaseInspection> Inspect(CancellationToken cancellation);
}

/// <summary>What was seen of the database.</summary>
/// <param name="Problem">Why it could not be asked; everything else is empty then.</param>
/// <param name="Pending">Migrations that have not run.</param>
/// <param name="Unknown">Migrations that ran and that this version does not know: a newer one has been here.</param>
/// <param name="Environment">What the database belongs to; null before the first start.</param>
/// <param name="ClockAhead">How far its clock is ahead of this process's.</param>
public sealed record DatabaseInspection(
    string? Problem, Version? Version, IReadOnlyList<string> Pending, IReadOnlyList<string> Unknown, string? Environment, string? Shortcode, TimeSpan ClockAhead);

/// <summary>What this deployment has lately done and heard, and what it tried on initiators.</summary>
public interface IDiagnosticsStore
{
    /// <summary>Reads what callbacks and requests there were in the last hour.</summary>
    Task<Traffic> Traffic(CancellationToken cancellation);

    /// <summary>Confirmations with our registration token whose address was not allowed when they came, of a week, by address; the latest first.</summary>
    Task<IReadOnlyList<FromElsewhere>> FromElsewhere(CancellationToken cancellation);

    /// <summary>Callbacks of a day at paths nobody serves, the most frequent first.</summary>
    Task<IReadOnlyList<Unrouted>> Unrouted(CancellationToken cancellation);

    /// <summary>When a good token of an app was last refused, and how often that happened; null when never.</summary>
    Task<(DateTimeOffset At, int Times)?> SupersededToken(string tokenKey, CancellationToken cancellation);

    /// <summary>Whether this credential was tried before; null when not.</summary>
    Task<InitiatorCheck?> FindTry(IReadOnlyCollection<byte[]> fingerprints, CancellationToken cancellation);

    /// <summary>Puts down that a credential is about to be tried, with the question it is tried by; false when somebody was first.</summary>
    Task<bool> BeginTry(byte[] fingerprint, Guid question, bool ofPayouts);

    /// <summary>What was said at once.</summary>
    Task RefuseTry(Guid question, string why);

    /// <summary>It certainly never reached M-PESA: it may be tried again.</summary>
    Task ForgetTry(Guid question);
}

/// <summary>What became of a credential that was tried.</summary>
/// <param name="Refusal">What was said at once, if it was no.</param>
/// <param name="AnsweredAt">When the balance query was answered; null while it was not.</param>
/// <param name="Answer"><see cref="StatusQuery.Told"/> when the credential was accepted, else why not.</param>
public sealed record InitiatorCheck(Guid Question, DateTimeOffset AskedAt, string? Refusal, DateTimeOffset? AnsweredAt, string? Answer);

/// <summary>Callbacks at a path nobody serves.</summary>
/// <param name="Path">With dots for all but our own words.</param>
/// <param name="Taken">How many had a valid token and were taken all the same.</param>
/// <param name="Refused">How many were answered 404.</param>
public sealed record Unrouted(string Path, long Taken, long Refused);

/// <summary>What came from an address that was not allowed and waits.</summary>
/// <param name="Source">The address as stored.</param>
public sealed record FromElsewhere(string Source, int Count, DateTimeOffset LastAt);

/// <summary>The last hour.</summary>
/// <param name="Callbacks">How many of which kind came, probes left out.</param>
/// <param name="Hints">How many of them carried no valid token.</param>
/// <param name="Elsewhere">How many carried our registration token and came from an address that is not allowed.</param>
/// <param name="Unreadable">How many carried a valid token and could not be read.</param>
/// <param name="LastCallbackAt">The last one ever.</param>
/// <param name="Accepted">Prompts Safaricom accepted that are old enough to have been answered.</param>
/// <param name="ByCallback">How many of those a callback settled.</param>
/// <param name="Unanswered">How many of those nothing has settled yet.</param>
/// <param name="LastAcceptedAt">The last request of any kind that Safaricom accepted.</param>
/// <param name="Refused">The last request of each kind that Safaricom refused at once, within a day.</param>
public sealed record Traffic(
    IReadOnlyList<(string Kind, int Count)> Callbacks, int Hints, int Elsewhere, int Unreadable, DateTimeOffset? LastCallbackAt, int Accepted, int ByCallback, int Unanswered,
    DateTimeOffset? LastAcceptedAt, IReadOnlyList<RefusedInitiation> Refused);

/// <summary>A request that was refused at once: no callback is coming for it.</summary>
/// <param name="What"><c>prompt</c>, <c>payout</c> or <c>refund</c>.</param>
/// <param name="IsLast">False when a later one of its kind was accepted.</param>
public sealed record RefusedInitiation(string What, string Id, DateTimeOffset At, string? Code, string Message, string? ProviderText, bool IsLast);
