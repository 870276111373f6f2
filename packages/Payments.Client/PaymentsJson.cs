using System.Text.Json;
using System.Text.Json.Serialization;

namespace Payments.Client;

/// <summary>How the API's JSON is read and written, without reflection. Fields that are not known are passed over; what is null is not sent.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, NumberHandling = JsonNumberHandling.Strict)]
[JsonSerializable(typeof(Checkout))]
[JsonSerializable(typeof(Page<Checkout>))]
[JsonSerializable(typeof(Refund))]
[JsonSerializable(typeof(Page<Refund>))]
[JsonSerializable(typeof(Payout))]
[JsonSerializable(typeof(Page<Payout>))]
[JsonSerializable(typeof(RawEventPage))]
[JsonSerializable(typeof(RawDelivery))]
[JsonSerializable(typeof(CreateCheckout))]
[JsonSerializable(typeof(PayCheckout))]
[JsonSerializable(typeof(CreateRefund))]
[JsonSerializable(typeof(CreatePayout))]
[JsonSerializable(typeof(Webhook))]
[JsonSerializable(typeof(Page<Webhook>))]
[JsonSerializable(typeof(Delivery))]
[JsonSerializable(typeof(Page<Delivery>))]
[JsonSerializable(typeof(DeliveryTest))]
[JsonSerializable(typeof(Resend))]
[JsonSerializable(typeof(CreateWebhook))]
[JsonSerializable(typeof(UpdateWebhook))]
[JsonSerializable(typeof(ResendSince))]
[JsonSerializable(typeof(Problem))]
internal sealed partial class PaymentsJson : JsonSerializerContext;
