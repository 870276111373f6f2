using System.Security.Cryptography;
using System.Text;

namespace Payments.Simulator;

/// <summary>A customer's number as callbacks show it: plain before 2022, now masked one way or the other, or hashed (daraja.md §5).</summary>
internal static class Phones
{
    /// <summary>25470****149</summary>
    public static string Masked(string msisdn) => $"{msisdn[..5]}****{msisdn[^3..]}";

    /// <summary>2547 ***** 149</summary>
    public static string Spaced(string msisdn) => $"{msisdn[..4]} ***** {msisdn[^3..]}";

    /// <summary>64 lower-case hex of SHA-256.</summary>
    public static string Hashed(string msisdn) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(msisdn)));
}
