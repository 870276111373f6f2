using System.Globalization;
using System.Text;
using Payments.Application.Daraja;
using Payments.Domain.Common;
using Payments.Domain.Transfers;

namespace Payments.Infrastructure.Daraja;

/// <summary>
/// The bodies Daraja wants, in its own spelling (<c>RecieverIdentifierType</c>; <c>InitiatorName</c> here, <c>Initiator</c> there).
/// Numbers are sent as text, which every product takes; what is not known is left out, for empty fields can draw an empty answer.
/// </summary>
internal static class DarajaRequests
{
    /// <summary>Kenya keeps UTC+3 all year.</summary>
    private static readonly TimeSpan EastAfrica = TimeSpan.FromHours(3);

    /// <summary>Safaricom's limits: an account is 12 characters on a prompt and 13 with a business, a description 13, remarks 2–100.</summary>
    private const int PromptAccount = 12;
    private const int PromptDescription = 13;
    private const int Remark = 100;

    /// <summary>B2B takes no longer account; a shortened one would be another account.</summary>
    public const int BusinessAccount = 13;

    public static object StkPush(DarajaOptions options, StkPushRequest prompt, string callbackUrl, DateTimeOffset now)
    {
        var timestamp = Timestamp(now);
        return new
        {
            BusinessShortCode = options.Shortcode,
            Password = Password(options, timestamp),
            Timestamp = timestamp,
            TransactionType = options.TillNumber is null ? "CustomerPayBillOnline" : "CustomerBuyGoodsOnline",
            Amount = Amount(prompt.Amount),
            PartyA = prompt.Phone.Value,
            PartyB = options.TillNumber ?? options.Shortcode,
            PhoneNumber = prompt.Phone.Value,
            CallBackURL = callbackUrl,
            AccountReference = Cut(prompt.Reference, PromptAccount),
            TransactionDesc = Plain(prompt.Description, PromptDescription) ?? "Payment",
        };
    }

    public static object StkQuery(DarajaOptions options, string requestId, DateTimeOffset now)
    {
        var timestamp = Timestamp(now);
        return new { BusinessShortCode = options.Shortcode, Password = Password(options, timestamp), Timestamp = timestamp, CheckoutRequestID = requestId };
    }

    /// <param name="isNamed">False for v1, which knows no such field.</param>
    public static object B2c(DarajaApp app, TransferRequest transfer, bool isNamed, string credential, string resultUrl, string timeoutUrl) => new
    {
        OriginatorConversationID = isNamed ? transfer.OriginatorId : null,
        app.InitiatorName,
        SecurityCredential = credential,
        CommandID = transfer.Reason switch
        {
            "salary" => "SalaryPayment",
            "promotion" => "PromotionPayment",
            _ => "BusinessPayment",
        },
        Amount = Amount(transfer.Amount),
        PartyA = app.Shortcode,
        PartyB = transfer.Recipient,
        Remarks = Remarks(transfer.Remarks),
        QueueTimeOutURL = timeoutUrl,
        ResultURL = resultUrl,
    };

    public static object B2b(DarajaApp app, TransferRequest transfer, string credential, string resultUrl, string timeoutUrl) => new
    {
        Initiator = app.InitiatorName,
        SecurityCredential = credential,
        CommandID = transfer.Method == PayoutMethod.Till ? "BusinessBuyGoods" : "BusinessPayBill",
        SenderIdentifierType = "4",

        // 4 is a Pay Bill, 2 a till: the wrong one draws SFC_IC0003.
        RecieverIdentifierType = transfer.Method == PayoutMethod.Till ? "2" : "4",
        Amount = Amount(transfer.Amount),
        PartyA = app.Shortcode,
        PartyB = transfer.Recipient,
        AccountReference = transfer.Method == PayoutMethod.Till || string.IsNullOrWhiteSpace(transfer.Account) ? null : transfer.Account.Trim(),
        Remarks = Remarks(transfer.Remarks),
        QueueTimeOutURL = timeoutUrl,
        ResultURL = resultUrl,
    };

    public static object Reversal(DarajaApp app, ReversalRequest reversal, string credential, string resultUrl, string timeoutUrl) => new
    {
        Initiator = app.InitiatorName,
        SecurityCredential = credential,
        CommandID = "TransactionReversal",
        TransactionID = reversal.Receipt,
        Amount = Amount(reversal.Amount),
        ReceiverParty = app.Shortcode,

        // Whoever gives money back is an organisation's operator, not a till or shortcode.
        RecieverIdentifierType = "11",
        ResultURL = resultUrl,
        QueueTimeOutURL = timeoutUrl,
        Remarks = Remarks(reversal.Remarks),
    };

    public static object Status(DarajaApp app, StatusQueryRequest question, string credential, string resultUrl, string timeoutUrl) => new
    {
        Initiator = app.InitiatorName,
        SecurityCredential = credential,
        CommandID = "TransactionStatusQuery",
        TransactionID = question.Receipt,

        // The older pages name it one way, the current one the other.
        OriginatorConversationID = question.OriginatorId,
        OriginalConversationID = question.OriginatorId,
        PartyA = app.Shortcode,
        IdentifierType = "4",
        ResultURL = resultUrl,
        QueueTimeOutURL = timeoutUrl,
        Remarks = "Status query",
    };

    public static object Balance(DarajaApp app, string credential, string resultUrl, string timeoutUrl) => new
    {
        Initiator = app.InitiatorName,
        SecurityCredential = credential,
        CommandID = "AccountBalance",
        PartyA = app.Shortcode,
        IdentifierType = "4",
        Remarks = "Balance query",
        QueueTimeOutURL = timeoutUrl,
        ResultURL = resultUrl,
    };

    public static object Register(DarajaApp app, string responseType, string confirmationUrl, string validationUrl) =>
        new { ShortCode = app.Shortcode, ResponseType = responseType, ConfirmationURL = confirmationUrl, ValidationURL = validationUrl };

    public static object PullRegister(DarajaApp app, string nominatedNumber, string callbackUrl) =>
        new { ShortCode = app.Shortcode, RequestType = "Pull", NominatedNumber = nominatedNumber, CallBackURL = callbackUrl };

    public static object Pull(DarajaApp app, DateTimeOffset from, DateTimeOffset to, int offset) => new
    {
        ShortCode = app.Shortcode,
        StartDate = PullTime(from),
        EndDate = PullTime(to),
        OffSetValue = offset.ToString(CultureInfo.InvariantCulture),
    };

    private static string PullTime(DateTimeOffset time) => time.ToOffset(EastAfrica).ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);

    private static string Timestamp(DateTimeOffset now) => now.ToOffset(EastAfrica).ToString("yyyyMMddHHmmss", CultureInfo.InvariantCulture);

    /// <summary>The timestamp inside has to be the one beside it, to the second.</summary>
    private static string Password(DarajaOptions options, string timestamp) =>
        Convert.ToBase64String(Encoding.UTF8.GetBytes(options.Shortcode + options.Passkey + timestamp));

    /// <summary>Whole shillings without a point; a reversal repeats its receipt's cents.</summary>
    private static string Amount(Money amount) => amount.Shillings.ToString(amount.IsWhole ? "0" : "0.00", CultureInfo.InvariantCulture);

    private static string Remarks(string? text) => Plain(text, Remark) is { Length: >= 2 } plain ? plain : "Payment";

    /// <summary>Letters, digits, space, dot and dash: others can make a prompt fail in silence (docs/protocol/stk.md#stk-push). Null when nothing is left.</summary>
    private static string? Plain(string? text, int length)
    {
        var plain = string.Concat((text ?? "").Where(c => char.IsAsciiLetterOrDigit(c) || c is ' ' or '.' or '-'));
        plain = Cut(string.Join(' ', plain.Split(' ', StringSplitOptions.RemoveEmptyEntries)), length).TrimEnd();
        return plain.Length == 0 ? null : plain;
    }

    private static string Cut(string text, int length) => text.Length > length ? text[..length] : text;
}
