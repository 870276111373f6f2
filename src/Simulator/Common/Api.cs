namespace Payments.Simulator;

/// <summary>One Daraja API: its name in scripts and the codes it refuses with, which differ by product (docs/protocol/oauth.md, result-codes.md#gateway-error-codes).</summary>
internal sealed record Api(string Name, string TokenCode, string NotFoundCode)
{
    public static readonly Api Oauth = new("oauth", "", "404.001.01");
    public static readonly Api Stk = new("stk", "404.001.03", "404.001.01");
    public static readonly Api StkQuery = new("stk-query", "400.003.01", "404.001.01");
    public static readonly Api C2bRegister = new("c2b-register", "400.003.01", "404.003.01");
    public static readonly Api C2bSimulate = new("c2b-simulate", "400.003.01", "404.003.01");
    public static readonly Api B2c = new("b2c", "401.002.01", "404.002.01");
    // No source names B2B's token code; 401.003.01 is listed for "C2B and any", which puts all four token errors within reach of a test.
    public static readonly Api B2b = new("b2b", "401.003.01", "404.001.01");
    public static readonly Api Status = new("status", "400.003.01", "404.003.01");
    public static readonly Api Balance = new("balance", "401.002.01", "404.002.01");
    public static readonly Api Reversal = new("reversal", "404.001.03", "404.001.01");
    public static readonly Api PullRegister = new("pull-register", "401.001", "404.001.01");
    public static readonly Api PullQuery = new("pull-query", "401.001", "404.001.01");
    /// <summary>Paths Daraja does not have.</summary>
    public static readonly Api None = new("none", "404.001.03", "404.001.01");

    /// <summary>Every API a script or a product list can name; "c2b" stands for payments by hand, which no HTTP client asks for.</summary>
    public static readonly string[] Names =
        [.. new[] { Oauth, Stk, StkQuery, C2bRegister, C2bSimulate, B2c, B2b, Status, Balance, Reversal, PullRegister, PullQuery }.Select(a => a.Name), "c2b"];

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
