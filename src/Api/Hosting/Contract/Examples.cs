using System.Text.Json.Nodes;
using Payments.Api.Access;
using Payments.Api.C2b;
using Payments.Api.Cases;
using Payments.Api.Checkouts;
using Payments.Api.Diagnostics;
using Payments.Api.Pairing;
using Payments.Api.Payouts;
using Payments.Api.Refunds;
using Payments.Api.Webhooks;
using Payments.Application.Access;
using Payments.Application.Callbacks;
using Payments.Application.Cases;
using Payments.Application.Checkouts;
using Payments.Application.Events;
using Payments.Application.Pairing;
using Payments.Application.Reconciliation;
using Payments.Application.Webhooks;

namespace Payments.Api.Hosting.Contract;

/// <summary>An example for every request and every main answer. Tests hold each against its schema.</summary>
internal static class Examples
{
    /// <summary>The example of a type; null where its name and fields say enough.</summary>
    public static JsonNode? Of(Type type)
    {
        if (type == typeof(EventPage))
        {
            return new JsonObject { ["items"] = new JsonArray(Event()), ["next"] = "42" };
        }

        if (type == typeof(CallbackPage))
        {
            return new JsonObject { ["items"] = new JsonArray(Of(typeof(CallbackView))), ["nextCursor"] = null, ["bodiesSince"] = null };
        }

        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(Page<>))
        {
            return new JsonObject { ["items"] = new JsonArray(Of(type.GetGenericArguments()[0])), ["nextCursor"] = null };
        }

        return Texts.TryGetValue(type, out var text) ? JsonNode.Parse(text) : null;
    }

    /// <summary>One event of the feed.</summary>
    public static JsonNode Event() => new JsonObject
    {
        ["id"] = "evt_000000000000002a5b87c3e9d4f60718",
        ["type"] = "checkout.paid",
        ["at"] = "2026-07-10T06:15:45Z",
        ["data"] = Of(typeof(CheckoutView)),
    };

    /// <summary>One error.</summary>
    public static JsonNode Problem(string code, int status) => new JsonObject
    {
        ["type"] = $"urn:payments:problem:{code}",
        ["title"] = code.Replace('_', ' '),
        ["status"] = status,
        ["detail"] = "A sentence for a person.",
        ["code"] = code,
        ["traceId"] = "4bf92f3577b34da6a3ce929d0e0e4736",
    };

    private static readonly Dictionary<Type, string> Texts = new()
    {
        [typeof(StartCheckoutBody)] = """{"orderReference":"ORDER-123","externalId":"payses_01J2ZK6T6Q0V3C8D9E4F5G6H7J","amount":1500,"phone":"0708 374 149","description":"Two shirts"}""",
        [typeof(RegisterC2bBody)] = """{"version":"v2","responseType":"Completed"}""",
        [typeof(MatchBody)] = """{"checkoutId":"chk_0197f1c2a5b87c3e9d4f60718293a4b5"}""",
        [typeof(Application.C2b.RegistrationView)] =
            """
            {"id":"reg_0197f1c2a5b87c3e9d4f60718293a4b5","shortcode":"174379","state":"registered","version":"v2","responseType":"Completed",
             "confirmationUrl":"https://pay.example.co.ke/callbacks/c2b/confirm/••••","validationUrl":"https://pay.example.co.ke/callbacks/c2b/validate/••••",
             "detail":null,"registeredAt":"2026-07-10T06:15:44Z"}
            """,
        [typeof(Application.C2b.ReceiptView)] =
            """
            {"id":"rct_0197f1c2a5b87c3e9d4f60718293a4b5","receipt":"RKL51ZDR4F","amount":1500,"account":"ORDR-123","payer":"2547 ***** 149","payerName":"JOHN",
             "method":"paybill","settledBy":"confirmation","at":"2026-07-10T06:15:44Z","matchedTo":null,"applied":0,"surplus":0,"matchedBy":null,"matchedAt":null,
             "unsettled":1500,"writtenOff":0,"writtenOffBy":null,"writtenOffAt":null,"writtenOffReason":null,"shortcode":"174379","proposal":null}
            """,
        [typeof(PayoutBody)] =
            """{"method":"mpesa","recipient":"0708 374 149","amount":1200,"reason":"salary","remarks":"July","reference":"SALARY-2026-07-14"}""",
        [typeof(RefundBody)] = """{"amount":500,"receipt":"UGA7RT61SV","reason":"One item was out of stock"}""",
        [typeof(ReceiptRefundBody)] = """{"reason":"Paid twice"}""",
        [typeof(SettleBody)] = """{"outcome":"not_paid","reason":"Not in the M-PESA statement of 10 July"}""",
        [typeof(Application.Payouts.PayoutView)] =
            """
            {"id":"pay_0197f1c2a5b87c3e9d4f60718293a4b5","status":"completed","method":"mpesa","recipient":"254708374149","account":null,"amount":1200,
             "currency":"KES","reason":"salary","remarks":"July","reference":"SALARY-2026-07-14","receipt":"UGA632NMUA","settledBy":"callback",
             "failure":null,"waitingFor":null,"doubt":null,"createdAt":"2026-07-10T06:15:20Z","updatedAt":"2026-07-10T06:15:25Z"}
            """,
        [typeof(Application.Refunds.RefundView)] =
            """
            {"id":"rfd_0197f1c2a5b87c3e9d4f60718293a4b5","status":"queued","method":"reversal","recipient":"254708374149","amount":1500,"currency":"KES",
             "reason":"Out of stock","reference":"ORDER-123","checkoutId":"chk_0197f1c2a5b87c3e9d4f60718293a4b5","originalReceipt":"UGA7RT61SV",
             "receipt":null,"settledBy":null,"failure":null,"waitingFor":null,"doubt":null,"createdAt":"2026-07-10T07:00:00Z","updatedAt":"2026-07-10T07:00:00Z"}
            """,
        [typeof(DoctorView)] =
            """
            {"ok":false,"environment":"Sandbox","publicBaseUrl":"https://pay.example.co.ke","checkedAt":"2026-07-10T06:15:44Z","findings":[
             {"check":"address.certificate","state":"problem","checked":"The certificate is trusted, for this name, and lasts",
              "seen":"It expired on 2026-07-01, 9 days ago.","do":"Renew it (certbot renew, or whatever made it) and reload the proxy."}],
             "byHand":[{"what":"The callback's address is allowed under the app","where":"developer.safaricom.co.ke, My Apps, the app"}]}
            """,
        [typeof(PayBody)] = """{"phone":"254708374149"}""",
        [typeof(CheckoutView)] =
            """
            {"id":"chk_0197f1c2a5b87c3e9d4f60718293a4b5","status":"paid","account":"ORDER-123","orderReference":"ORDER-123","externalId":null,"amount":1500,"amountPaid":1500,"amountDue":0,
             "amountRefunded":0,"surplus":0,"late":false,"currency":"KES","description":"Two shirts","phone":"254708374149","metadata":{},
             "payment":{"receipt":"UGA7RT61SV","amount":1500,"method":"stk","settledBy":"callback","late":false,"at":"2026-07-10T06:15:44Z"},
             "payments":[{"receipt":"UGA7RT61SV","amount":1500,"method":"stk","settledBy":"callback","late":false,"at":"2026-07-10T06:15:44Z"}],
             "failure":null,"attempts":[],"refunds":[],"returnUrl":"https://shop.example.co.ke/thanks","payUrl":null,"version":4,"createdAt":"2026-07-10T06:15:20Z",
             "updatedAt":"2026-07-10T06:15:45Z","expiresAt":"2026-07-11T06:15:20Z"}
            """,
        [typeof(ExchangePairingBody)] = """{"code":"pLk3…","return":"https://shop.example.co.ke/payments/paired"}""",
        [typeof(PairedView)] = """{"client":"shop","scopes":["checkouts"],"key":"sk_…"}""",
        [typeof(CreateWebhookBody)] = """{"url":"https://shop.example.co.ke/webhooks/payments","description":"The shop"}""",
        [typeof(UpdateWebhookBody)] = """{"events":["checkout.paid","checkout.failed"],"status":"enabled"}""",
        [typeof(ResendBody)] = """{"since":"2026-07-10T00:00:00Z"}""",
        [typeof(ResendView)] = """{"webhookId":"whk_0197f1c2a5b87c3e9d4f60718293a4b5","events":118}""",
        [typeof(WebhookView)] =
            """
            {"id":"whk_0197f1c2a5b87c3e9d4f60718293a4b5","url":"https://shop.example.co.ke/webhooks/payments","events":null,"description":"The shop",
             "scopes":["checkouts"],"status":"enabled","disabledBecause":null,"failingSince":null,"createdAt":"2026-07-10T06:00:00Z","updatedAt":"2026-07-10T06:00:00Z"}
            """,
        [typeof(DeliveryTestView)] =
            """{"delivered":false,"eventId":"evt_0197f1c2a5b87c3e9d4f60718293a4b5","statusCode":404,"answer":"Not found","error":"It answered 404.","durationMs":48}""",
        [typeof(DeliveryView)] =
            """
            {"id":"dlv_0197f1c2a5b87c3e9d4f60718293a4b5","webhookId":"whk_0197f1c2a5b87c3e9d4f60718293a4b5","eventId":"evt_000000000000002a5b87c3e9d4f60718",
             "type":"checkout.paid","status":"delivered","tryCount":1,"nextTryAt":null,"createdAt":"2026-07-10T06:15:45Z","endedAt":"2026-07-10T06:15:45Z"}
            """,
        [typeof(WriteOffBody)] = """{"reason":"The payer could not be reached for three months"}""",
        [typeof(AskBody)] = """{"receipt":"RKL51ZDR4F"}""",
        [typeof(CreateKeyBody)] = """{"client":"shop","scopes":["checkouts","payouts"],"expiresAt":"2027-07-10T00:00:00Z","payoutLimit":5000,"dailyPayoutLimit":50000}""",
        [typeof(RotateKeyBody)] = """{"overlapMinutes":60}""",
        [typeof(KeyView)] =
            """
            {"id":"key_0197f1c2a5b87c3e9d4f60718293a4b5","client":"shop","scopes":["checkouts","payouts"],"ending":"x7Qa","payoutLimit":5000,
             "dailyPayoutLimit":50000,"createdAt":"2026-07-10T06:00:00Z","expiresAt":"2027-07-10T00:00:00Z","revokedAt":null,"lastUsedAt":null,"key":null}
            """,
        [typeof(CaseView)] =
            """
            {"id":"case_0197f1c2a5b87c3e9d4f60718293a4b5","kind":"outcome_unknown","status":"open","subject":"attempt",
             "subjectId":"att_0197f1c2a5b87c3e9d4f60718293a4b5","checkoutId":"chk_0197f1c2a5b87c3e9d4f60718293a4b5","client":"shop",
             "story":"Safaricom accepted the prompt, and no answer came to any question about it.","outcome":null,"reason":null,"settledBy":null,
             "createdAt":"2026-07-10T09:15:44Z","settledAt":null}
            """,
        [typeof(CallbackView)] =
            """
            {"id":"cb_0197f1c2a5b87c3e9d4f60718293a4b5","kind":"stk","state":"done","verdict":"applied","detail":null,
             "paymentId":"att_0197f1c2a5b87c3e9d4f60718293a4b5","source":"196.201.214.200","contentType":"application/json","bytes":23,
             "receivedAt":"2026-07-10T06:15:44Z","doneAt":"2026-07-10T06:15:44Z","body":"{\"Body\":{}}","bodyBase64":null,"bodyErasedAt":null}
            """,
        [typeof(ReplayView)] =
            """
            {"id":"cb_0197f1c2a5b87c3e9d4f60718293a4b5","dryRun":true,"verdict":"applied","detail":null,
             "changes":[{"id":"chk_0197f1c2a5b87c3e9d4f60718293a4b5","before":"pending","after":"paid"}]}
            """,
        [typeof(BalancesView)] =
            """
            {"accounts":[{"name":"Utility Account","available":120500.5,"currency":"KES","at":"2026-07-10T06:15:44Z"}],"asked":"2026-07-10T06:15:40Z","problem":null}
            """,
        [typeof(DarajaView)] =
            """
            {"apis":[{"api":"stk_push","state":"closed","pausedUntil":null,"why":null,"foundBy":"pay-1:4711","since":"2026-07-10T06:15:44Z"}],
             "questions":{"perSecond":5,"left":5,"overdue":0,"oldestDueAt":null,"openCases":0,"pulledUntil":null},"pull":null}
            """,
    };
}
