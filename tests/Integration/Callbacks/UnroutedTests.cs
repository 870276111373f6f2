using System.Net;
using System.Text;
using Xunit;

namespace Payments.Tests.Integration;

/// <summary>A callback that a proxy has moved to a path nobody serves: with a valid token it is taken, and all of them are told.</summary>
public sealed class UnroutedTests(RegisteredPaybill running) : IClassFixture<RegisteredPaybill>
{
    private readonly PaymentsHost host = running.Host;

    [Theory]
    [InlineData("/pay/callbacks/c2b/confirm/{0}", "/…/callbacks/c2b/confirm/…")]
    [InlineData("/a/b/api/mpesa/c2b/confirm/{0}", "/…/…/api/mpesa/c2b/confirm/…")]
    [InlineData("/callbacks/c2b%2Fconfirm/{0}", "/callbacks/c2b/confirm/…")]
    [InlineData("/callbacks%2fc2b%2fconfirm%2f{0}", "/callbacks/c2b/confirm/…")]
    [InlineData("/callbacks//c2b/confirm/{0}", "/callbacks/c2b/confirm/…")]
    [InlineData("//CALLBACKS/C2B/CONFIRM/{0}", "/callbacks/c2b/confirm/…")]
    [InlineData("/c2b/confirm/{0}/", "/c2b/confirm/…")]
    public async Task With_a_valid_token_it_is_taken_wherever_it_comes_to(string path, string masked)
    {
        var checkout = await host.Checkout(phone: null);
        var body = PaybillHost.Body(PaymentsHost.NewReceipt(), (string)checkout["orderReference"]!);
        var before = await Counted(masked, "taken");

        Assert.Equal(HttpStatusCode.OK, (await Post(string.Format(null, path, running.Token), body)).StatusCode);

        await host.Until(checkout, "paid");
        await PaymentsHost.Eventually(async () => await Counted(masked, "taken") == before + 1, "it is counted");
    }

    [Fact]
    public async Task A_prompts_callback_too_and_a_wrong_case_or_a_slash_at_the_end_is_no_other_path()
    {
        foreach (var path in new Func<string, string>[] { p => "/shop" + p, p => p + "/", p => p.Replace("callbacks/stk", "CallBacks/Stk", StringComparison.Ordinal) })
        {
            var ringing = await host.Ringing();
            var (own, body) = host.SuccessCallback(ringing, PaymentsHost.NewReceipt());
            Assert.Equal(HttpStatusCode.OK, (await Post(path(own), body)).StatusCode);
            await host.Until(ringing, "paid");
        }
    }

    [Theory]
    [InlineData("/pay/callbacks/c2b/confirm/00000000000000000000000000000000")]
    [InlineData("/callbacks/c2b/confirmation/secret-of-somebody")]
    [InlineData("/mpesa/254708374149")]
    [InlineData("/callbacks")]
    public async Task Without_one_it_is_404_and_told_without_a_word_of_the_senders(string path)
    {
        var rows = await host.Sql<long>("SELECT count(*) FROM callbacks");

        Assert.Equal((404, "not_found"), await (await Post(path, "{}")).Problem());

        Assert.Equal(rows, await host.Sql<long>("SELECT count(*) FROM callbacks"));
        await PaymentsHost.Eventually(async () => await host.Sql<long>("SELECT coalesce(sum(refused), 0)::bigint FROM unrouted_callbacks") > 0, "it is counted");
        Assert.Equal(0L, await host.Sql<long>("SELECT count(*) FROM unrouted_callbacks WHERE path ~ '[0-9]{3}|secret|pay/'"));
    }

    [Fact]
    public async Task What_is_no_callback_is_nobodys_business()
    {
        await Post("/wp-login.php", "{}");
        await host.Anonymous.GetAsync("/pay/callbacks/c2b/confirm/x");
        Assert.Equal(HttpStatusCode.NotFound, (await Post("/api/nothing", "{}")).StatusCode);
        await Post("/marker/stk/callback/x", "{}");

        await PaymentsHost.Eventually(async () => await Counted("/…/stk/callback/…", "refused") == 1, "what came last is counted");
        Assert.Equal(0L, await host.Sql<long>("SELECT count(*) FROM unrouted_callbacks WHERE path IN ('/…', '/api/…')"));
    }

    [Fact]
    public async Task However_many_paths_somebody_makes_up_only_so_many_are_told_apart_and_the_doctor_says_so()
    {
        await using var alone = await PaymentsHost.StartOn(host.ConnectionString);
        await Task.WhenAll(Enumerable.Range(0, 64).Select(i => alone.Call("/callbacks/" + string.Join('/', Enumerable.Range(0, 6).Select(bit => (i >> bit) % 2 == 0 ? "api" : "x")), "{}")));

        await PaymentsHost.Eventually(async () => await Counted("others", "refused") > 0, "the rest is one line");
        Assert.InRange(await host.Sql<long>("SELECT count(DISTINCT path) FROM unrouted_callbacks"), 1, 50);
        Assert.InRange(await host.Sql<int>("SELECT max(length(path)) FROM unrouted_callbacks"), 1, 200);
        (await DoctorRun.To(host, "--no-initiator")).Says("callbacks.paths", "warning", "Within a day", "no prefix");
    }

    private Task<HttpResponseMessage> Post(string path, string body)
    {
        // As it is: a client's address would be tidied up.
        var request = new HttpRequestMessage(HttpMethod.Post, new Uri(host.ApiUrl.ToString().TrimEnd('/') + path, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }))
        {
            Content = new StringContent(body, Encoding.UTF8, "application/json"),
        };
        return host.Anonymous.SendAsync(request);
    }

    private Task<long> Counted(string path, string column) => host.Sql<long>($"SELECT coalesce(sum({column}), 0)::bigint FROM unrouted_callbacks WHERE path = '{path}'");
}
