using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Payments.Application.Callbacks;
using Payments.Infrastructure.Callbacks;

namespace Payments.Benchmarks;

/// <summary>One attempt that waits for its callback, and that callback.</summary>
/// <param name="AttemptId">Also what the token in the path is made for.</param>
/// <param name="Reference">The order's reference, unique.</param>
/// <param name="RequestId">Safaricom's CheckoutRequestID.</param>
/// <param name="Path">Where the callback goes, token included.</param>
/// <param name="Body">The success callback.</param>
internal sealed record Seed(Guid CheckoutId, Guid AttemptId, string Reference, string Phone, long Cents, string RequestId, string Path, string Body)
{
    // Receipts and order references count on from a random place, so that two runs on one database do not meet.
    private const string Base36 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    private static readonly long ReceiptSpace = (long)Math.Pow(36, 7);
    private static readonly long ReferenceSpace = (long)Math.Pow(36, 10);

    // As Safaricom sends it, with a word in capitals for each value that differs.
    private const string SuccessCallback =
        """{"Body":{"stkCallback":{"MerchantRequestID":"MERCHANT-4b64-97ff-b827b542881d","CheckoutRequestID":"REQUEST","ResultCode":"""
        + """0,"ResultDesc":"The service request is processed successfully.","CallbackMetadata":{"Item":[{"Name":"Amount","Value":AMOUNT.00},"""
        + """{"Name":"MpesaReceiptNumber","Value":"RECEIPT"},{"Name":"Balance"},{"Name":"TransactionDate","Value":DATE},"""
        + """{"Name":"PhoneNumber","Value":PHONE}]}}}}""";

    /// <summary>Safaricom writes East Africa Time.</summary>
    private static readonly TimeSpan Nairobi = TimeSpan.FromHours(3);

    /// <summary>Makes <paramref name="count"/> of them, all different, in the form Safaricom sends.</summary>
    public static List<Seed> Make(int count, CallbackTokens tokens, DateTimeOffset now)
    {
        var (receipt, reference) = (Random(ReceiptSpace), Random(ReferenceSpace));
        var local = now.ToOffset(Nairobi);
        var day = string.Concat((char)('A' + ((local.Year - 2006) % 26)), (char)('A' + local.Month - 1), Base36[local.Day]);
        var seeds = new List<Seed>(count);
        for (var i = 0; i < count; i++)
        {
            var attempt = Guid.CreateVersion7();
            var phone = string.Create(CultureInfo.InvariantCulture, $"2547000{i % 100_000:D5}");
            var shillings = 100 + (i % 900);
            var request = string.Create(CultureInfo.InvariantCulture, $"ws_CO_{local:ddMMyyyyHHmmssfff}{i:D8}{phone[3..]}");
            var body = SuccessCallback
                .Replace("MERCHANT", i.ToString("x8", CultureInfo.InvariantCulture), StringComparison.Ordinal)
                .Replace("REQUEST", request, StringComparison.Ordinal)
                .Replace("AMOUNT", shillings.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal)
                .Replace("RECEIPT", day + Write((receipt + i) % ReceiptSpace, 7), StringComparison.Ordinal)
                .Replace("DATE", local.ToString("yyyyMMddHHmmss", CultureInfo.InvariantCulture), StringComparison.Ordinal)
                .Replace("PHONE", phone, StringComparison.Ordinal);
            seeds.Add(new(
                Guid.CreateVersion7(), attempt, "BN" + Write((reference + i) % ReferenceSpace, 10), phone, shillings * 100, request,
                "/callbacks/stk/callback/" + tokens.Make(SubjectKind.Attempt, attempt), body));
        }

        return seeds;
    }

    private static long Random(long below) => (long)(BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(8)) % (ulong)below);

    private static string Write(long number, int digits)
    {
        var text = new StringBuilder(digits);
        for (var i = 0; i < digits; i++, number /= 36)
        {
            text.Insert(0, Base36[(int)(number % 36)]);
        }

        return text.ToString();
    }
}
