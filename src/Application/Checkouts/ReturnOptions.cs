namespace Payments.Application.Checkouts;

/// <summary>Where a customer may be sent back to (configuration section <c>Return</c>): an open redirect lends our name to anybody's page.</summary>
public sealed class ReturnOptions
{
    /// <summary>Host names, exactly.</summary>
    public IList<string> AllowedHosts { get; } = [];

    /// <summary>True on a laptop, where no host is configured and none needs to be.</summary>
    public bool AllowsAnyHost { get; private set; }

    /// <summary>Says whether this is a laptop; nothing anybody configures.</summary>
    public void AllowAnyHost(bool allows) => AllowsAnyHost = allows;

    /// <summary>True for an address a customer may be sent to. Only https, but on a laptop.</summary>
    public bool Allows(string url) => url.Length <= 2000 && !url.Any(char.IsControl) && !url.Contains('\\', StringComparison.Ordinal)
        && Uri.TryCreate(url, UriKind.Absolute, out var uri) && uri.UserInfo.Length == 0
        && (uri.Scheme == Uri.UriSchemeHttps || (AllowsAnyHost && uri.Scheme == Uri.UriSchemeHttp))
        && ((AllowsAnyHost && AllowedHosts.Count == 0) || AllowedHosts.Contains(uri.IdnHost, StringComparer.OrdinalIgnoreCase));
}
