using System.Net;
using Payments.Infrastructure.Daraja;

namespace Payments.Api.Security;

/// <summary>Reading <c>Cors__Origins</c> and <c>Proxy__KnownProxies</c>; both are lists (<c>__0</c>, <c>__1</c>) or one value with commas.</summary>
internal static class WebSettings
{
    public static IReadOnlyList<string> Origins(IConfiguration configuration, bool isLocal, List<ConfigurationProblem> problems)
    {
        var origins = List(configuration.GetSection("Cors:Origins"));
        foreach (var origin in origins)
        {
            // '*' would let every page in the world use a clientSecret it got hold of.
            if (!Uri.TryCreate(origin, UriKind.Absolute, out var uri) || uri.GetLeftPart(UriPartial.Authority) != origin
                || !(uri.Scheme == Uri.UriSchemeHttps || (isLocal && uri.Scheme == Uri.UriSchemeHttp)))
            {
                problems.Add(new("Cors__Origins", $"'{origin}' is no origin", "such as https://shop.example.co.ke, without a path and never *"));
            }
        }

        return origins;
    }

    public static IReadOnlyList<IPNetwork> Proxies(IConfiguration configuration, List<ConfigurationProblem> problems)
    {
        var networks = new List<IPNetwork>();
        foreach (var text in List(configuration.GetSection("Proxy:KnownProxies")))
        {
            if (IPNetwork.TryParse(text, out var network))
            {
                networks.Add(network);
            }
            else if (IPAddress.TryParse(text, out var address))
            {
                networks.Add(new(address, address.GetAddressBytes().Length * 8));
            }
            else
            {
                problems.Add(new("Proxy__KnownProxies", $"'{text}' is no address", "an address or a network such as 10.0.0.0/8"));
            }
        }

        return networks;
    }

    private static List<string> List(IConfigurationSection section) =>
        [.. section.GetChildren().Select(child => child.Value).Append(section.Value).OfType<string>()
            .SelectMany(value => value.Split([',', ' '], StringSplitOptions.RemoveEmptyEntries))];
}
