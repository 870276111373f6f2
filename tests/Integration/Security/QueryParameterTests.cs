using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Mvc.ApiExplorer;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Payments.Tests.Integration;

/// <summary>What a query or a body cannot mean is refused: by every call there is, the next one too.</summary>
public sealed class QueryParameterTests(Running running) : IClassFixture<Running>
{
    private const string None = "00000000000000000000000000000000";

    private readonly PaymentsHost host = running.Host;

    private IEnumerable<ApiDescription> Calls => host.Services.GetRequiredService<IApiDescriptionGroupCollectionProvider>().ApiDescriptionGroups.Items
        .SelectMany(group => group.Items).Where(call => call.RelativePath!.StartsWith("api/", StringComparison.Ordinal));

    [Theory]
    [InlineData("/api/checkouts?order_reference=X", "order_reference", "orderReference")]
    [InlineData("/api/checkouts?orderRef=X", "orderRef", "This call takes")]
    [InlineData("/api/checkouts?stauts=paid", "stauts", "status")]
    [InlineData("/api/payouts?refrence=X", "refrence", "reference")]
    [InlineData("/api/refunds?order-reference=X", "order-reference", "orderReference")]
    [InlineData("/api/ops/receipts?match=false", "match", "matched")]
    [InlineData("/api/ops/callbacks?verdikt=hint", "verdikt", "verdict")]
    [InlineData("/api/ops/doctor?no_initiator=true", "no_initiator", "noInitiator")]
    [InlineData("/api/ops/balance?x=1", "x", "takes none")]
    [InlineData("/api/events?cursor=1", "cursor", "This call takes after, limit")]
    public async Task A_name_that_is_none_is_refused_with_the_one_that_was_meant(string path, string name, string meant)
    {
        var answer = await host.Ops.GetAsync(path);
        var errors = (await answer.Content.ReadFromJsonAsync<JsonNode>())!["errors"]!;

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains(meant, (string)errors[name]![0]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_to_be_tried_only_is_not_done_because_of_a_misspelling()
    {
        var callback = await host.Ops.PostAsync($"/api/ops/callbacks/cb_{None}/replay?dry_run=true", null);
        Assert.Equal((400, "validation_failed"), await callback.Problem());
    }

    [Fact]
    public async Task Every_call_refuses_a_parameter_it_does_not_have_and_one_given_twice()
    {
        var calls = Calls.ToList();
        Assert.True(calls.Count > 25);
        foreach (var call in calls)
        {
            Assert.True(await Status(call, "nothing_like_it=1", null) == 400, $"{call.RelativePath} takes a parameter it does not have.");
            foreach (var parameter in call.ParameterDescriptions.Where(p => p.Source.Id == "Query"))
            {
                Assert.True(await Status(call, $"{parameter.Name}=1&{parameter.Name}=1", null) == 400, $"{call.RelativePath} takes {parameter.Name} twice.");
                Assert.True(await Status(call, $"{parameter.Name}=%00", null) == 400, $"{call.RelativePath} takes a NUL in {parameter.Name}.");
                Assert.True(await Status(call, $"{parameter.Name}=a%00b", null) == 400, $"{call.RelativePath} takes a NUL in {parameter.Name}.");
                Assert.True(await Status(call, $"{parameter.Name}=%ED%A0%80", null) < 500, $"{call.RelativePath} cannot take broken text in {parameter.Name}.");
            }
        }
    }

    [Fact]
    public async Task Every_call_refuses_text_that_cannot_be_kept_in_any_field_of_its_body()
    {
        var fields = 0;
        foreach (var call in Calls)
        {
            foreach (var field in call.ParameterDescriptions.Where(p => p.Source.Id == "Body").SelectMany(p => p.Type.GetProperties()))
            {
                var name = char.ToLowerInvariant(field.Name[0]) + field.Name[1..];
                var wrap = field.PropertyType == typeof(string) ? "\"%\"" : field.PropertyType == typeof(Dictionary<string, string>) ? "{\"%\":\"%\"}"
                    : field.PropertyType.IsAssignableTo(typeof(IEnumerable<string>)) ? "[\"%\"]" : null;
                foreach (var text in wrap is null ? [] : new[] { "\\u0000", "a\\u0000", "\\ud800", "\\udc00x" })
                {
                    fields++;
                    var body = $"{{\"{name}\":{wrap!.Replace("%", text, StringComparison.Ordinal)}}}";
                    Assert.True(await Status(call, "", body) == 400, $"{call.RelativePath} takes {body}");
                }
            }
        }

        Assert.True(fields > 60, $"{fields}");
    }

    [Theory]
    [InlineData("/api/checkouts?Limit=1&ORDERREFERENCE=X")]
    [InlineData("/api/checkouts?limit=1&status=")]
    [InlineData("/api/ops/callbacks?limit=1&q=%C3%A9%20%F0%9F%98%80")]
    [InlineData("/api/ops/receipts?matched=false&limit=5")]
    public async Task What_was_right_stays_right(string path) => Assert.Equal(HttpStatusCode.OK, (await host.Ops.GetAsync(path)).StatusCode);

    [Fact]
    public async Task A_callback_may_have_any_query()
    {
        Assert.Equal(HttpStatusCode.OK, (await host.Call("/callbacks/stk/callback?anything=1&anything=%00", "{}")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await host.Anonymous.GetAsync("/health/ready?x=%00")).StatusCode);
    }

    [Fact]
    public async Task What_is_refused_uses_no_idempotency_key_up()
    {
        var reference = PaymentsHost.NewReference();
        async Task<HttpStatusCode> Post(string path)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = JsonContent.Create(new { orderReference = reference, amount = 5 }) };
            request.Headers.Add("Idempotency-Key", reference);
            return (await host.Shop.SendAsync(request)).StatusCode;
        }

        Assert.Equal(HttpStatusCode.BadRequest, await Post("/api/checkouts?dry=1"));
        Assert.Equal(HttpStatusCode.Created, await Post("/api/checkouts"));
    }

    private async Task<int> Status(ApiDescription call, string query, string? body)
    {
        var path = "/" + call.RelativePath!.Split('?')[0];
        var prefix = path.Contains("/callbacks", StringComparison.Ordinal) ? "cb_" : path.Contains("/keys", StringComparison.Ordinal) ? "key_" : path.Contains("/cases", StringComparison.Ordinal) ? "case_"
            : path.Contains("/receipts", StringComparison.Ordinal) ? "rct_" : path.Contains("/payouts", StringComparison.Ordinal) ? "pay_" : path.Contains("/refunds/", StringComparison.Ordinal) ? "rfd_"
            : path.Contains("/webhooks/", StringComparison.Ordinal) ? "whk_" : path.Contains("/webhook-deliveries/", StringComparison.Ordinal) ? "dlv_" : "chk_";
        using var request = new HttpRequestMessage(new(call.HttpMethod!), path.Replace("{id}", prefix + None, StringComparison.Ordinal) + (query.Length > 0 ? "?" + query : ""));
        request.Headers.Add("Idempotency-Key", Guid.NewGuid().ToString());
        request.Content = call.HttpMethod is "POST" or "PATCH" ? new StringContent(body ?? "{}", Encoding.UTF8, "application/json") : null;
        using var answer = await host.Ops.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        return (int)answer.StatusCode;
    }
}
