using System.Text.Json;
using Payments.Domain.Transfers;

namespace Payments.Infrastructure.Daraja;

/// <summary>What came of one HTTP call, before anyone says what it means.</summary>
internal abstract class DarajaResponse
{
    private DarajaResponse()
    {
    }

    /// <summary>Nothing can have reached Safaricom: no token, no name, no connection, no TLS, or the breaker held it back.</summary>
    /// <param name="blocker">What kept it here.</param>
    /// <param name="why">Safe to log and to show an operator.</param>
    /// <param name="pausedFor">How long the breaker holds everything back; null when it is not the breaker.</param>
    public sealed class NotSent(SendBlocker blocker, string why, TimeSpan? pausedFor = null) : DarajaResponse
    {
        public SendBlocker Blocker => blocker;

        public string Why => why;

        public TimeSpan? PausedFor => pausedFor;
    }

    /// <summary>It was sent, or may have been, and no whole answer came.</summary>
    public sealed class NoResponse(string why) : DarajaResponse
    {
        public string Why => why;
    }

    /// <summary>An answer of whatever kind.</summary>
    public sealed class Received : DarajaResponse
    {
        private readonly string? bearer;
        private readonly string content;

        public Received(int status, byte[] body, string? bearer)
        {
            Status = status;
            this.bearer = bearer;
            (Json, content) = Read(body);
        }

        public int Status { get; }

        /// <summary>The JSON object that came; undefined when something else did.</summary>
        public JsonElement Json { get; }

        public bool IsSuccess => Status is >= 200 and < 300;

        /// <summary>The gateway's <c>errorCode</c>, null when this is no error envelope.</summary>
        public string? ErrorCode => Json.Get("errorCode"u8).Code();

        /// <summary>The gateway's <c>errorMessage</c>; some of them quote the token, which must not be kept.</summary>
        public string? ErrorText => Words("errorMessage"u8);

        /// <summary>What the answer looks like, without a word of it.</summary>
        public string Shape => ErrorCode is { } code ? $"HTTP {Status} with error {code}" : $"HTTP {Status} with {content}";

        /// <summary>A text of the answer without the token; cut after that, for a part of a token is no business of anybody's either.</summary>
        public string? Words(ReadOnlySpan<byte> name) => Words(Json.Get(name), LenientJson.MaxText);

        /// <inheritdoc cref="Words(ReadOnlySpan{byte})"/>
        public string? Words(JsonElement text, int max) => Redacted(text.Text(int.MaxValue)) is { } whole ? LenientJson.Cut(whole, max) : null;

        private string? Redacted(string? text) => string.IsNullOrEmpty(bearer) ? text : text?.Replace(bearer, "[token]", StringComparison.Ordinal);

        private static (JsonElement Json, string Content) Read(byte[] body)
        {
            var start = body.AsSpan().TrimStart(" \t\r\n\uFEFF"u8);
            if (start.IsEmpty)
            {
                return (default, "an empty body");
            }

            if (start[0] == '<')
            {
                return (default, "HTML or XML");
            }

            try
            {
                using var document = JsonDocument.Parse(body.AsMemory(body.Length - start.Length), new JsonDocumentOptions { MaxDepth = 32 });
                var root = document.RootElement.Clone();
                return root switch
                {
                    { ValueKind: not JsonValueKind.Object } => (default, "JSON that is no object"),
                    _ when root.Get("Envelope"u8).ValueKind == JsonValueKind.Object => (root, "a SOAP fault"),
                    _ => (root, "unexpected JSON"),
                };
            }
            catch (JsonException)
            {
                return (default, "something unreadable");
            }
        }
    }
}
