using System.Text.RegularExpressions;
using Xunit;

namespace Payments.Tests.Unit;

/// <summary>
/// The service calls Safaricom and no address anybody gives it: whatever makes a request stands in a file that is named here. A new one has
/// to keep out of private networks when a user can choose where it goes, resolved names included, and then it is named too.
/// </summary>
public sealed partial class OutboundTests
{
    /// <summary>Safaricom's fixed addresses; the simulator's where the environment is Simulator (DarajaOptionsTests).</summary>
    private static readonly string[] Safaricoms = ["Infrastructure/Daraja/DarajaHttp.cs", "Infrastructure/Daraja/DarajaModule.cs"];

    /// <summary>
    /// The doctor's: our own public address, or the one an operator at the command line names, never inside a private network outside the
    /// simulator (DoctorConfigurationTests); and a tunnel program's local API.
    /// </summary>
    private static readonly string[] Doctors = ["Infrastructure/Diagnostics/PublicEndpointClient.cs", "Infrastructure/Diagnostics/Tunnels.cs"];

    /// <summary>
    /// Shops' addresses, which anybody with a key gives: through the connector that looks at the very address it connects to (WebhookGuardTests).
    /// </summary>
    private static readonly string[] Webhooks = ["Infrastructure/Network/GuardedConnector.cs", "Infrastructure/Network/NameResolver.cs", "Infrastructure/Webhooks/WebhookClient.cs"];

    /// <summary>A container engine's question to the service on its own machine; it reaches where that process listens.</summary>
    private static readonly string[] Engines = ["Api/Health/HealthCommand.cs"];

    [Fact]
    public void Nothing_but_what_is_named_here_makes_requests()
    {
        var found = new[] { "Api", "Application", "Domain", "Infrastructure" }
            .SelectMany(project => Directory.EnumerateFiles(Sources.File("src", project), "*.cs", SearchOption.AllDirectories))
            .Select(file => (Name: Path.GetRelativePath(Sources.File("src"), file).Replace('\\', '/'), file))
            .Where(source => !source.Name.Contains("/obj/", StringComparison.Ordinal) && !source.Name.Contains("/bin/", StringComparison.Ordinal))
            .Where(source => Outbound().IsMatch(File.ReadAllText(source.file))).Select(source => source.Name).ToList();

        Assert.Equal(Safaricoms.Concat(Doctors).Concat(Webhooks).Concat(Engines).Order(StringComparer.Ordinal), found.Order(StringComparer.Ordinal));
    }

    // A type's name in code; not the log category of that name.
    [GeneratedRegex(@"(?<![.""\w])(HttpClient|IHttpClientFactory|AddHttpClient|HttpMessageInvoker|SocketsHttpHandler|HttpClientHandler|WebClient|WebRequest|TcpClient|UdpClient|Socket|ClientWebSocket|SmtpClient)\b(?!"")|\.AddHttpClient\(|\bDns\.")]
    private static partial Regex Outbound();
}
