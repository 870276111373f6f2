namespace Payments.Client;

/// <summary>What came is no webhook of the service's, or an old one. Nothing in it may be believed.</summary>
public sealed class WebhookVerificationException : Exception
{
    internal WebhookVerificationException(WebhookProblem problem, string message)
        : base(message) => Problem = problem;

    /// <summary>What is wrong.</summary>
    public WebhookProblem Problem { get; }
}

/// <summary>What is wrong with what came.</summary>
public enum WebhookProblem
{
    /// <summary>A header is missing or there twice: it is no webhook at all.</summary>
    HeadersMissing,

    /// <summary>No signature is right for this body and a known secret.</summary>
    SignatureWrong,

    /// <summary>Signed, but more than five minutes ago or ahead.</summary>
    TimestampTooFar,
}
