using System.Reflection;

namespace Payments.Simulator;

/// <summary>One Daraja API: its name in scripts and the codes it refuses with, which differ by product (docs/protocol/oauth.md, result-codes.md#gateway-error-codes).</summary>
internal sealed record Api(string Name, string TokenCode, string NotFoundCode)
{
    public static readonly Api Oauth = new("oauth", "", "404.001.01");
    public static readonly Api Stk = new("stk", "404.001.03", "404.001.01");
    public static readonly Api StkQuery = new("stk-query", "400.003.01", "404.001.01");
    public static readonly Api C2bRegister = new("c2b-register", "400.003.01", "404.003.01");
    public static readonly Api C2bSimulate = new("c2b-simulate", "400.003.01", "404.003.01");
    public static readonly Api PullRegister = new("pull-register", "401.001", "404.001.01");
    public static readonly Api PullQuery = new("pull-query", "401.001", "404.001.01");
    /// <summary>Paths Daraja does not have.</summary>
    public static readonly Api None = new("none", "404.001.03", "404.001.01");

    /// <summary>
    /// Every API a script or a product list can name: those above and those of the initiator, each of which has its row in its own file. "c2b" stands
    /// for payments by hand, which no HTTP client asks for.
    /// </summary>
    public static readonly string[] Names =
    [
        .. typeof(Api).Assembly.GetTypes().SelectMany(type => type.GetFields(BindingFlags.Static | BindingFlags.Public | BindingFlags.DeclaredOnly))
            .Where(field => field.FieldType == typeof(Api)).Select(field => (Api)field.GetValue(null)!).Where(api => api != None).Select(api => api.Name),
        "c2b",
    ];

    /// <summary>How it calls the initiator (docs/protocol/README.md#common-rules).</summary>
    public string InitiatorField { get; init; } = "Initiator";

    /// <summary>Refuses a token in this product's way. The 401 family echoes the token (docs/protocol/result-codes.md#gateway-error-codes).</summary>
    public Answer BadToken(string? token) => TokenCode switch
    {
        "401.002.01" or "401.003.01" => Answer.Error(401, TokenCode, $"Error Occurred - Invalid Access Token - {token}"),
        _ => Answer.Error(int.Parse(TokenCode[..3], null), TokenCode, "Invalid Access Token"),
    };

    /// <summary>The product is not on the app: v1 where v2 was bought, or added after the token was made (docs/protocol/oauth.md, c2b.md).</summary>
    public static Answer NoProduct() =>
        Answer.Error(401, "401.003.01", "Error Occurred - Invalid Access Token - Invalid API call as no apiproduct match found");

    public Answer NotFound() => Answer.Error(404, NotFoundCode, "Resource not found");
}
