namespace Payments.Api.Security;

/// <summary>Section <c>Cors</c>.</summary>
internal sealed class CorsOptions
{
    /// <summary>Origins whose pages may call the API from a browser and show the pay page in a dialog, such as <c>https://shop.example.co.ke</c>; also as one value with commas.</summary>
    public IList<string> Origins { get; } = [];
}
