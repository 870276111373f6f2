using Payments.Domain.Common;

namespace Payments.Infrastructure.Daraja.Stk;

/// <summary>The answer to an STK query, which comes at once (docs/protocol/stk.md).</summary>
internal static class StkQueryAnswer
{
    /// <summary>What an STK query's answer says of the push; anything but a clear answer leaves it as it was (R5).</summary>
    public static PaymentResult Read(DarajaResponse exchange, string requestId)
    {
        switch (exchange)
        {
            case DarajaResponse.NotSent notSent:
                return new PaymentResult.Indeterminate($"the question was not sent: {notSent.Why}") { WasNotAsked = true };
            case DarajaResponse.NoResponse lost:
                return new PaymentResult.Indeterminate(lost.Why);
        }

        var answer = (DarajaResponse.Received)exchange;
        switch (DarajaReplies.ErrorOf(answer))
        {
            case DarajaReplies.GatewayError.Processing:
                return new PaymentResult.Pending();
            case DarajaReplies.GatewayError.Throttled:
                return new PaymentResult.Indeterminate(answer.Shape) { WasNotAsked = true };
        }

        if (!answer.IsSuccess || answer.ErrorCode is not null || answer.Json.Get("ResponseCode"u8).Code() is not (null or "0"))
        {
            return new PaymentResult.Indeterminate(answer.Shape);
        }

        if (answer.Json.Get("CheckoutRequestID"u8).Id() is { } about && about != requestId)
        {
            return new PaymentResult.Indeterminate("the answer is about another request");
        }

        return answer.Json.Get("ResultCode"u8).Code() switch
        {
            null => new PaymentResult.Indeterminate(answer.Shape),
            "0" => new PaymentResult.Succeeded(null, null, null, null),
            var code => StkCodes.Read(code, answer.Words("ResultDesc"u8)),
        };
    }
}
