using System.Buffers;
using System.Text;
using System.Text.Json;
using Payments.Application.Common;
using Payments.Domain.Checkouts;
using Payments.Domain.Common;

namespace Payments.Infrastructure.Checkouts;

/// <summary>What an event says of its checkout: enough to act on, no personal data. The whole is one GET away.</summary>
internal static class CheckoutEventData
{
    public static string Of(Checkout checkout)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("id", checkout.Id.ToString());
            json.WriteString("account", checkout.Account.Value);
            json.WriteString("orderReference", checkout.Reference?.Value);
            json.WriteString("externalId", checkout.ExternalId);
            json.WriteString("status", EnumNames.Name(checkout.Status));
            json.WriteNumber("amount", checkout.Amount.Shillings);
            json.WriteNumber("amountPaid", checkout.Paid.Shillings);
            json.WriteNumber("amountDue", checkout.Due.Shillings);
            json.WriteString("receipt", checkout.Receipts.LastOrDefault(r => r.Applied > Money.Zero)?.Number?.Value);
            json.WriteString("failure", checkout.Status == CheckoutStatus.Failed && checkout.Attempts[^1].Failure is { } failure ? EnumNames.Name(failure.Code) : null);
            json.WriteNumber("version", checkout.Version);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}
