using System.Text.Json.Nodes;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using Payments.Api.C2b;
using Payments.Api.Cases;
using Payments.Api.Checkouts;
using Payments.Api.Diagnostics;
using Payments.Api.Idempotency;
using Payments.Api.Payouts;
using Payments.Api.Refunds;

namespace Payments.Api.Hosting;

/// <summary>The OpenAPI document: what the code cannot say by itself — errors by code, the key, examples.</summary>
internal static class Documentation
{
    public static void Describe(OpenApiOptions options)
    {
        options.ShouldInclude = description => description.RelativePath?.StartsWith("api/mpesa", StringComparison.Ordinal) != true;
        options.AddDocumentTransformer((document, _, _) =>
        {
            document.Info = new()
            {
                Title = "Payments",
                Version = "v1",
                Description = "M-PESA checkouts, payouts and refunds over Safaricom's Daraja. Errors are application/problem+json with a stable code.",
            };
            document.Components ??= new();
            document.Components.SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>
            {
                ["key"] = new OpenApiSecurityScheme { Type = SecuritySchemeType.Http, Scheme = "bearer", Description = "An API key, or a checkout's clientSecret where the call takes one." },
            };
            return Task.CompletedTask;
        });
        options.AddOperationTransformer((operation, context, _) =>
        {
            var metadata = context.Description.ActionDescriptor.EndpointMetadata;
            operation.Responses ??= [];

            // A parameter the call does not have is refused by every one of them.
            var codes = new List<string> { "validation_failed" };
            if (metadata.OfType<Microsoft.AspNetCore.Authorization.IAuthorizeData>().Any())
            {
                operation.Security = [new() { [new("key", context.Document)] = [] }];
                codes.AddRange(["unauthorized", "forbidden", "too_many_requests", "unavailable"]);
            }

            if (operation.RequestBody is not null)
            {
                codes.AddRange(["payload_too_large", "unsupported_media_type", "request_timeout"]);
            }

            codes.AddRange(IdempotencyConvention.Describe(operation, context.Description.ActionDescriptor));
            codes.AddRange(metadata.OfType<ProducesProblemAttribute>().SelectMany(r => r.Codes));
            AddProblems(operation, codes.Distinct());
            return Task.CompletedTask;
        });
        options.AddSchemaTransformer((schema, context, _) =>
        {
            if (Examples.TryGetValue(context.JsonTypeInfo.Type, out var example))
            {
                schema.Examples = [JsonNode.Parse(example)!];
            }

            return Task.CompletedTask;
        });
    }

    private static readonly Dictionary<Type, string> Examples = new()
    {
        [typeof(StartCheckoutBody)] = """{"orderReference":"ORDER-123","amount":1500,"phone":"0708 374 149","description":"Two shirts"}""",
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
             "method":"paybill","settledBy":"confirmation","at":"2026-07-10T06:15:44Z","matchedTo":null,"applied":0,"surplus":0,"matchedBy":null,"matchedAt":null}
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
             "failure":null,"doubt":null,"createdAt":"2026-07-10T06:15:20Z","updatedAt":"2026-07-10T06:15:25Z"}
            """,
        [typeof(Application.Refunds.RefundView)] =
            """
            {"id":"rfd_0197f1c2a5b87c3e9d4f60718293a4b5","status":"queued","method":"reversal","recipient":"254708374149","amount":1500,"currency":"KES",
             "reason":"Out of stock","reference":"ORDER-123","checkoutId":"chk_0197f1c2a5b87c3e9d4f60718293a4b5","originalReceipt":"UGA7RT61SV",
             "receipt":null,"settledBy":null,"failure":null,"doubt":null,"createdAt":"2026-07-10T07:00:00Z","updatedAt":"2026-07-10T07:00:00Z"}
            """,
        [typeof(DoctorView)] =
            """
            {"ok":false,"environment":"Sandbox","publicBaseUrl":"https://pay.example.co.ke","checkedAt":"2026-07-10T06:15:44Z","findings":[
             {"check":"address.certificate","state":"problem","checked":"The certificate is trusted, for this name, and lasts",
              "seen":"It expired on 2026-07-01, 9 days ago.","do":"Renew it (certbot renew, or whatever made it) and reload the proxy."}],
             "byHand":[{"what":"The callback's address is allowed under the app","where":"developer.safaricom.co.ke, My Apps, the app"}]}
            """,
        [typeof(PayBody)] = """{"phone":"254708374149"}""",
        [typeof(Application.Checkouts.CheckoutView)] =
            """
            {"id":"chk_0197f1c2a5b87c3e9d4f60718293a4b5","status":"paid","orderReference":"ORDER-123","amount":1500,"amountPaid":1500,"amountDue":0,
             "amountRefunded":0,"surplus":0,"late":false,"currency":"KES","description":"Two shirts","phone":"254708374149","metadata":{},
             "payment":{"receipt":"UGA7RT61SV","amount":1500,"method":"stk","settledBy":"callback","late":false,"at":"2026-07-10T06:15:44Z"},
             "payments":[{"receipt":"UGA7RT61SV","amount":1500,"method":"stk","settledBy":"callback","late":false,"at":"2026-07-10T06:15:44Z"}],
             "failure":null,"attempts":[],"refunds":[],"payUrl":null,"version":4,"createdAt":"2026-07-10T06:15:20Z",
             "updatedAt":"2026-07-10T06:15:45Z","expiresAt":"2026-07-11T06:15:20Z"}
            """,
    };

    private static void AddProblems(OpenApiOperation operation, IEnumerable<string> codes)
    {
        foreach (var group in codes.GroupBy(Problems.StatusOf))
        {
            var key = group.Key.ToString(System.Globalization.CultureInfo.InvariantCulture);
            operation.Responses![key] = new OpenApiResponse
            {
                Description = string.Join(", ", group.Select(code => $"`{code}`")),
                Content = new Dictionary<string, OpenApiMediaType>
                {
                    ["application/problem+json"] = new()
                    {
                        Example = new JsonObject
                        {
                            ["type"] = $"urn:payments:problem:{group.First()}",
                            ["title"] = group.First().Replace('_', ' '),
                            ["status"] = group.Key,
                            ["code"] = group.First(),
                        },
                    },
                },
            };
        }
    }
}
