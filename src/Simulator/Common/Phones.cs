using System.Security.Cryptography;
using System.Text;

namespace Payments.Simulator;

/// <summary>A customer's number as callbacks show it: plain before 2022, now masked one way or the other, or hashed (docs/protocol/c2b.md).</summary>
internal static class Phones
{
    /// <summary>Any of <see cref="Forms"/> but the true hash: a shortcode that hashes hashes all alike.</summary>
    public const string Mixed = "mixed";

    private static readonly Dictionary<string, Func<string, string>> ByName = new()
    {
        ["plain"] = msisdn => msisdn,
        ["plus"] = msisdn => "+" + msisdn,
        ["zeros"] = msisdn => "00" + msisdn,
        ["local"] = msisdn => "0" + msisdn[3..],
        ["national"] = msisdn => msisdn[3..],
        ["grouped"] = msisdn => $"254\u00A0{msisdn[3..6]}\u00A0{msisdn[6..9]}\u00A0{msisdn[9..]}",
        ["masked"] = Masked,
        ["spaced"] = Spaced,
        ["local-masked"] = msisdn => $"0{msisdn[3]}****{msisdn[^3..]}",
        ["prefix"] = msisdn => $"0{msisdn[3..6]}XXXXXX",
        ["starred-hash"] = msisdn => $"{Hashed(msisdn)[..34]} ***** {Hashed(msisdn)[^25..]}",
        ["other-hash"] = msisdn => Hashed("salt" + msisdn),
        ["business"] = _ => "112233",
        ["empty"] = _ => "",
        ["hashed"] = Hashed,
    };

    /// <summary>Every way to show a number.</summary>
    public static IReadOnlyList<string> Forms { get; } = [.. ByName.Keys];

    /// <summary>The number in a form; a mixed one is another for every <paramref name="occasion"/>.</summary>
    public static string Show(string msisdn, string form, string occasion) =>
        ByName[form == Mixed ? Forms[SHA256.HashData(Encoding.UTF8.GetBytes(occasion))[0] % (Forms.Count - 1)] : form](msisdn);

    /// <summary>25470****149</summary>
    public static string Masked(string msisdn) => $"{msisdn[..5]}****{msisdn[^3..]}";

    /// <summary>2547 ***** 149</summary>
    public static string Spaced(string msisdn) => $"{msisdn[..4]} ***** {msisdn[^3..]}";

    /// <summary>64 lower-case hex of SHA-256.</summary>
    public static string Hashed(string msisdn) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(msisdn)));
}
