using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.WebUtilities;
using Payments.Api.Hosting;

namespace Payments.Api.Access;

/// <summary>
/// A cookie that says that this browser has signed a name in before. It opens nothing: with it a browser's tries are counted by themselves,
/// so that strangers who hammer on the name do not keep its owner out.
/// </summary>
internal sealed class KnownDevices(IDataProtectionProvider protection, Settings settings, TimeProvider clock)
{
    /// <summary>Half a year without signing in, and it is a stranger's again.</summary>
    private static readonly TimeSpan Lifetime = TimeSpan.FromDays(180);

    private readonly IDataProtector protector = protection.CreateProtector("known device");

    private string Name => (settings.IsSimulator ? "payments-" : "__Host-payments-") + "device";

    /// <summary>The device's id, if it signed this name in before; null for a stranger.</summary>
    public string? Read(HttpContext context, string name)
    {
        if (context.Request.Cookies[Name] is not { Length: > 0 and < 1000 } cookie)
        {
            return null;
        }

        try
        {
            var parts = Encoding.UTF8.GetString(protector.Unprotect(WebEncoders.Base64UrlDecode(cookie))).Split(' ', 3);
            return parts is [var id, var until, var of] && of == name
                && long.TryParse(until, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds > clock.GetUtcNow().ToUnixTimeSeconds()
                ? id : null;
        }
        catch (Exception forged) when (forged is FormatException or CryptographicException)
        {
            return null;
        }
    }

    /// <summary>It has signed this name in; it keeps its id, for its tries are counted by that.</summary>
    public void Remember(HttpContext context, string name)
    {
        var id = Read(context, name) ?? Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
        var until = (clock.GetUtcNow() + Lifetime).ToUnixTimeSeconds();
        var text = string.Create(CultureInfo.InvariantCulture, $"{id} {until} {name}");
        context.Response.Cookies.Append(Name, WebEncoders.Base64UrlEncode(protector.Protect(Encoding.UTF8.GetBytes(text))), new()
        {
            HttpOnly = true,
            SameSite = SameSiteMode.Strict,
            Secure = !settings.IsSimulator || context.Request.IsHttps,
            Path = "/",
            MaxAge = Lifetime,
        });
    }
}
