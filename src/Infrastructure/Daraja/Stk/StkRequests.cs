using System.Text;
using Payments.Application.Daraja;

namespace Payments.Infrastructure.Daraja.Stk;

/// <summary>What an STK push and an STK query send (docs/protocol/stk.md).</summary>
internal static class StkRequests
{
    /// <summary>Safaricom's limits on what a prompt shows.</summary>
    private const int MaxAccount = 12;
    private const int MaxDescription = 13;

    public static object Push(DarajaOptions options, StkPushRequest prompt, string callbackUrl, DateTimeOffset now)
    {
        var timestamp = Timestamp(now);
        return new
        {
            BusinessShortCode = options.Shortcode,
            Password = Password(options, timestamp),
            Timestamp = timestamp,
            TransactionType = options.TillNumber is null ? "CustomerPayBillOnline" : "CustomerBuyGoodsOnline",
            Amount = RequestFields.Amount(prompt.Amount),
            PartyA = prompt.Phone.Value,
            PartyB = options.TillNumber ?? options.Shortcode,
            PhoneNumber = prompt.Phone.Value,
            CallBackURL = callbackUrl,
            AccountReference = RequestFields.Cut(prompt.Reference, MaxAccount),
            TransactionDesc = RequestFields.Plain(prompt.Description, MaxDescription) ?? "Payment",
        };
    }

    public static object Query(DarajaOptions options, string requestId, DateTimeOffset now)
    {
        var timestamp = Timestamp(now);
        return new { BusinessShortCode = options.Shortcode, Password = Password(options, timestamp), Timestamp = timestamp, CheckoutRequestID = requestId };
    }

    private static string Timestamp(DateTimeOffset now) => RequestFields.Time(now, "yyyyMMddHHmmss");

    /// <summary>The timestamp inside has to be the one beside it, to the second.</summary>
    private static string Password(DarajaOptions options, string timestamp) =>
        Convert.ToBase64String(Encoding.UTF8.GetBytes(options.Shortcode + options.Passkey + timestamp));
}
