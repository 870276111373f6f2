using System.Collections;
using System.Security.Cryptography;
using System.Text;

namespace Payments.Build;

/// <summary>The environment the API is started with when Safaricom's sandbox is on the other side.</summary>
internal static class SandboxSettings
{
    // The sandbox's for prompts, the same for everybody.
    private const string SandboxShortcode = "174379";

    /// <summary>
    /// What the API is told with Safaricom's sandbox on the other side: reachable from the Internet, so with keys of its own and none that
    /// is published. The app's credentials are the developer's, from his environment.
    /// </summary>
    public static Dictionary<string, string> Api(StackOptions options, string data, string connectionString, StackKeys keys)
    {
        var settings = Own("Daraja__").Concat(Own("C2B__")).ToDictionary();
        settings.TryAdd("Daraja__Shortcode", SandboxShortcode);
        settings["Daraja__Environment"] = "Sandbox";
        settings["ASPNETCORE_URLS"] = options.ApiUrl;
        settings["ConnectionStrings__Payments"] = connectionString;
        if (options.PublicUrl is { } own)
        {
            settings["Callbacks__PublicBaseUrl"] = own;
        }
        else
        {
            settings["Callbacks__Tunnel"] = options.Tunnel!;
        }

        if (options.TunnelApi is { } api)
        {
            settings["Callbacks__TunnelApi"] = api;
        }

        settings["Callbacks__Secrets__0"] = keys.CallbackSecret;
        settings["ApiKeys__0__Client"] = "local";
        settings["ApiKeys__0__Hash"] = Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(keys.ApiKey)));
        settings["ApiKeys__0__Scopes"] = "checkouts,payouts,ops";
        settings["Ops__Users__0__Name"] = "ops";
        settings["Ops__Users__0__PasswordHash"] = keys.OperatorPasswordHash;
        settings["Ops__Users__0__Role"] = "operator";
        settings["Limits__PromptsPerPhone"] = "100";
        // The tunnel's program, or a proxy on this machine, is who connects.
        settings["Proxy__KnownProxies__0"] = "127.0.0.1";
        settings["Proxy__KnownProxies__1"] = "::1";
        settings["Spool__Path"] = Path.Combine(data, "spool");
        return settings;
    }

    private static IEnumerable<KeyValuePair<string, string>> Own(string start) => Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
        .Where(variable => ((string)variable.Key).StartsWith(start, StringComparison.OrdinalIgnoreCase))
        .Select(variable => KeyValuePair.Create((string)variable.Key, (string)variable.Value!));
}
