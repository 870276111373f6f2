using System.Collections.Concurrent;

namespace Payments.Simulator;

/// <summary>The C2B URLs of a shortcode. <paramref name="Version"/> 1 or 2.</summary>
internal sealed record Registration(int Version, bool CompletedByDefault, string ConfirmationUrl, string ValidationUrl);

/// <summary>Registered URLs by shortcode. In production a registration is for good until deleted by hand (docs/protocol/c2b.md).</summary>
internal sealed class Registrations
{
    private readonly ConcurrentDictionary<string, Registration> byShortcode = new();

    public Registration? Of(string shortcode) => byShortcode.GetValueOrDefault(shortcode);

    /// <summary>Registers; false when <paramref name="once"/> and something is registered already.</summary>
    public bool TryRegister(string shortcode, Registration registration, bool once)
    {
        if (once)
        {
            return byShortcode.TryAdd(shortcode, registration);
        }

        byShortcode[shortcode] = registration;
        return true;
    }

    public void Clear() => byShortcode.Clear();

    public IEnumerable<object> Show() => byShortcode.Select(r => new
    {
        shortcode = r.Key,
        version = r.Value.Version,
        responseType = r.Value.CompletedByDefault ? "Completed" : "Cancelled",
        confirmationUrl = r.Value.ConfirmationUrl,
        validationUrl = r.Value.ValidationUrl,
    });
}
