using System.Security.Cryptography;
using System.Text;

namespace Payments.Build;

/// <summary>
/// The environment the API and the simulator are started with. Every key, password and secret in this file is published: the
/// service refuses to start with one of them outside the simulator.
/// </summary>
internal static class StackSettings
{
    /// <summary>The API key with all scopes.</summary>
    public const string ApiKey = "sk_local_all";

    // Its first 32 bytes, the shortest secret the service accepts.
    private const string CallbackSecret = "payments-local-callback-secret-0";

    // Of the password "ops-local", as the API's hash-password makes it.
    private const string OperatorPasswordHash =
        "AQAAAAIAAzRQAAAAEAMbdSKqjt3I9DQWpsmiY5jeb+hoHqaii935OSE2glW6pT7WCs+gK+HZ5F2q7tPjGg==";

    // Questions come sooner than in production (first after 45 s there), so that a lost callback can be watched being found.
    private const string Questions = "00:00:05 00:00:10 00:00:30 00:01 00:05 00:15 01:00";

    // What the developer's shell may hold for some other deployment; mixed with ours it would make a stack that nobody configured. C2B__ comes
    // through: how payments by hand are answered is worth trying out (docs/paybill.md).
    private static readonly string[] NotInherited =
    [
        "PAYMENTS_", "ASPNETCORE_", "DOTNET_ENVIRONMENT", "DOTNET_URLS", "ConnectionStrings__", "Daraja__", "Simulator__", "Callbacks__", "Spool__",
        "ApiKeys__", "Ops__", "Cors__", "Return__", "Retention__", "Roles", "Limits__", "Reconciliation__", "Inbox__", "Doctor__", "Logs__", "Shutdown__",
        "Proxy__", "Kestrel__", "Urls",
    ];

    // What simulator and API must agree on, by the names both know it by.
    private static readonly Dictionary<string, string> Account = new()
    {
        ["ConsumerKey"] = "local-consumer-key",
        ["ConsumerSecret"] = "local-consumer-secret",
        ["Shortcode"] = "174379",
        ["Passkey"] = "local-passkey",
    };

    // For what is done in an initiator's name (payouts, reversals, status, balance); the file is in the .local folder.
    private static readonly Dictionary<string, string> Initiator = new()
    {
        ["InitiatorName"] = "local-initiator",
        ["InitiatorPassword"] = "local-initiator-password",
    };

    /// <summary>What the API is told.</summary>
    public static Dictionary<string, string> Api(StackOptions options, string local, string connectionString)
    {
        // The simulator makes the certificate when it starts; the API wants name, password and certificate, or none.
        var certificate = Certificate(local);
        var settings = Prefixed("Daraja", File.Exists(certificate) ? [.. Account, .. Initiator, new("CertificatePath", certificate)] : Account);
        settings["ASPNETCORE_URLS"] = options.ApiUrl;
        settings["ConnectionStrings__Payments"] = connectionString;
        settings["Daraja__Environment"] = "Simulator";
        settings["Daraja__BaseUrl"] = options.SimulatorUrl;
        settings["Daraja__NominatedNumber"] = "254708374149";
        settings["Callbacks__PublicBaseUrl"] = options.ApiUrl;
        settings["Callbacks__Secrets__0"] = Convert.ToBase64String(Encoding.ASCII.GetBytes(CallbackSecret));
        settings["ApiKeys__0__Client"] = "local";
        settings["ApiKeys__0__Hash"] = Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(ApiKey)));
        settings["ApiKeys__0__Scopes"] = "checkouts,payouts,ops";
        settings["Ops__Users__0__Name"] = "ops";
        settings["Ops__Users__0__PasswordHash"] = OperatorPasswordHash;
        settings["Ops__Users__0__Role"] = "operator";
        // A benchmark is one client with one key.
        settings["Limits__RequestsPerKey"] = "1000000";
        // One developer tries the same number again and again.
        settings["Limits__PromptsPerPhone"] = "100";
        settings["Reconciliation__PendingSchedule"] = Questions;
        settings["Reconciliation__UnknownSchedule"] = Questions;
        settings["Reconciliation__TransferSchedule"] = Questions;
        settings["Spool__Path"] = Path.Combine(local, "spool");
        return settings;
    }

    /// <summary>What the simulator is told.</summary>
    public static Dictionary<string, string> Simulator(StackOptions options, string local)
    {
        var settings = Prefixed("Simulator", [.. Account, .. Initiator, new("CertificatePath", Certificate(local))]);
        settings["ASPNETCORE_URLS"] = options.SimulatorUrl;
        return settings;
    }

    /// <summary>Takes out of an environment what would contradict the settings, and keeps calls to the loopback away from a proxy.</summary>
    public static void Clean(IDictionary<string, string?> environment)
    {
        foreach (var name in environment.Keys.Where(name => NotInherited.Any(start => name.StartsWith(start, StringComparison.OrdinalIgnoreCase))).ToArray())
        {
            environment.Remove(name);
        }

        foreach (var name in new[] { "no_proxy", "NO_PROXY" })
        {
            environment[name] = "localhost,127.0.0.1,::1";
        }
    }

    private static Dictionary<string, string> Prefixed(string section, IEnumerable<KeyValuePair<string, string>> entries) =>
        entries.ToDictionary(entry => $"{section}__{entry.Key}", entry => entry.Value);

    private static string Certificate(string local) => Path.Combine(local, "simulator.pem");
}
