using System.Security.Claims;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace Payments.Api.Access;

/// <summary>A person who may sign in: <c>Ops__Users__0__Name</c>, <c>__PasswordHash</c>, <c>__Role</c>.</summary>
/// <param name="Acts">False for a <c>viewer</c>, who reads; true for an <c>operator</c>, who acts.</param>
internal sealed record Operator(string Name, string PasswordHash, bool Acts)
{
    /// <summary>The person of an entry that <see cref="OperatorOptionsValidator"/> takes.</summary>
    public static Operator Of(OperatorOptions options) => new(options.Name!, options.PasswordHash!, options.Role == "operator");
}

/// <summary>Hashing of operators' passwords: PBKDF2 with HMAC-SHA-512, as ASP.NET Core Identity writes it.</summary>
internal static class Passwords
{
    /// <summary>What OWASP asks of PBKDF2 with SHA-512 (2023): a tenth of a second here, years for who steals the configuration.</summary>
    private const int Iterations = 210_000;

    private static readonly PasswordHasher<string> Hasher = new(Options.Create(new PasswordHasherOptions { IterationCount = Iterations }));

    /// <summary>Compared with when the name is unknown, so that the time does not say which names exist.</summary>
    private static readonly Lazy<string> Nobody = new(() => Hash(Guid.NewGuid().ToString()));

    public static string Hash(string password) => Hasher.HashPassword("", password);

    public static bool Matches(string? hash, string password)
    {
        var matches = Hasher.VerifyHashedPassword("", hash ?? Nobody.Value, password) != PasswordVerificationResult.Failed;
        return matches && hash is not null;
    }

    /// <summary>Identity's version 3 begins with a 1.</summary>
    public static bool IsHash(string? text)
    {
        var bytes = new byte[text?.Length ?? 0];
        return Convert.TryFromBase64String(text ?? "", bytes, out var length) && length >= 45 && bytes[0] == 1;
    }

    /// <summary>The command <c>hash-password</c>: reads one line, unseen where somebody types it, and prints its hash.</summary>
    public static async Task<int> Run()
    {
        var password = Console.IsInputRedirected ? await Console.In.ReadLineAsync() : Type();
        if (password is not { Length: >= 8 and <= 1000 })
        {
            await Console.Error.WriteLineAsync("Give a password of at least 8 characters on standard input.");
            return 2;
        }

        await Console.Out.WriteLineAsync(Hash(password));
        return 0;
    }

    private static string Type()
    {
        Console.Error.Write("Password: ");
        var typed = "";
        while (Console.ReadKey(intercept: true) is { Key: not ConsoleKey.Enter } key)
        {
            typed = key.Key == ConsoleKey.Backspace ? typed[..Math.Max(0, typed.Length - 1)] : typed + key.KeyChar;
        }

        Console.Error.WriteLine();
        return typed;
    }
}

/// <summary>The session of an operator: a cookie.</summary>
internal static class OperatorSession
{
    public const string Scheme = "Operator";

    /// <summary>Away from the desk for this long ends the session.</summary>
    public static readonly TimeSpan Idle = TimeSpan.FromMinutes(30);

    /// <summary>One working day; then the password again, however busy.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromHours(12);

    private const string Role = "role";
    private const string Since = "since";
    private const string Stamp = "stamp";

    public static ClaimsPrincipal Open(Operator who, DateTimeOffset now) => new(new ClaimsIdentity(
        [
            new(ClaimTypes.Name, who.Name), new(Role, who.Acts ? "operator" : "viewer"), new(Stamp, StampOf(who)),
            new(Since, now.ToUnixTimeSeconds().ToString(System.Globalization.CultureInfo.InvariantCulture)),
        ],
        Scheme));

    /// <summary>Still good: the operator is there with the same password and role, and the session is not too old.</summary>
    public static bool IsGood(ClaimsPrincipal? session, IReadOnlyList<Operator> operators, DateTimeOffset now) =>
        operators.FirstOrDefault(o => o.Name == session?.Identity?.Name) is { } who && session!.HasClaim(Stamp, StampOf(who))
        && session.HasClaim(Role, who.Acts ? "operator" : "viewer")
        && long.TryParse(session.FindFirstValue(Since), out var since) && DateTimeOffset.FromUnixTimeSeconds(since) + Longest > now;

    public static bool Acts(this ClaimsPrincipal session) => session.HasClaim(Role, "operator");

    /// <summary>A new password ends the sessions of the old one.</summary>
    private static string StampOf(Operator who) =>
        Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(who.PasswordHash)))[..16];
}
