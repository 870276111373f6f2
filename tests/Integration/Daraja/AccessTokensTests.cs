using Npgsql;
using Payments.Application.Daraja;
using Payments.Domain.Common;
using Xunit;

namespace Payments.Tests.Integration;

/// <summary>One token per app for every replica: each rig of a test is a replica.</summary>
public sealed class AccessTokensTests(TokenTable table) : IClassFixture<TokenTable>, IAsyncDisposable
{
    private readonly FakeGateway gateway = new();

    public ValueTask DisposeAsync() => gateway.DisposeAsync();

    [Fact]
    public async Task Two_replicas_that_start_at_once_ask_for_one_token()
    {
        await using var first = await Rig();
        await using var second = await Rig(first);
        await Task.WhenAll(Enumerable.Range(0, 20).Select(i => Push(i % 2 == 0 ? first : second)));
        Assert.Single(gateway.Grants);
        Assert.All(gateway.Posts, post => Assert.Equal("Bearer token-1", post.Authorization));
        Assert.Equal(20, gateway.Posts.Count);
    }

    [Theory]
    [InlineData(28, true)]
    [InlineData(101, true)]
    [InlineData(892, true)]
    [InlineData(6000, true)]
    [InlineData(20_000, false)]
    public async Task A_token_is_as_long_as_the_gateway_makes_it_and_no_longer_than_a_header(int length, bool isTaken)
    {
        await using var rig = await Rig();
        var token = "eyJhbGciOi.".PadRight(length - 4, 'x') + "-_~=";
        gateway.Grant = _ => Act.Json(200, $$"""{"access_token":"{{token}}","expires_in":"3599"}""");

        var reply = await Push(rig);

        Assert.Equal(isTaken, reply is Reply.Accepted);
        Assert.Equal(isTaken ? [$"Bearer {token}"] : [], gateway.Posts.Select(post => post.Authorization));
    }

    [Theory]
    [InlineData("to ken")]
    [InlineData("tok\\nen")]
    [InlineData("")]
    public async Task What_cannot_stand_in_a_header_is_no_token(string text)
    {
        await using var rig = await Rig();
        gateway.Grant = _ => Act.Json(200, $$"""{"access_token":"{{text}}","expires_in":"3599"}""");

        Assert.IsType<Reply.Refused>(await Push(rig));
        Assert.Empty(gateway.Posts);
    }

    [Fact]
    public async Task A_token_refused_to_many_is_replaced_once()
    {
        await using var first = await Rig();
        await using var second = await Rig(first);
        await first.Store("dead", TimeSpan.FromMinutes(10), TimeSpan.FromMinutes(50));
        gateway.Otherwise = post => post.Authorization == "Bearer dead"
            ? Act.Error(404, "404.001.03", "Invalid Access Token")
            : Act.Json(200, """{"ResponseCode":"0"}""");
        var replies = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => Push(i % 2 == 0 ? first : second)));
        Assert.All(replies, reply => Assert.IsType<Reply.Accepted>(reply));
        Assert.Single(gateway.Grants);
    }

    [Fact]
    public async Task A_token_that_another_replica_replaced_meanwhile_is_taken_from_the_table()
    {
        await using var rig = await Rig();
        await rig.Store("dead", TimeSpan.FromMinutes(10), TimeSpan.FromMinutes(50));
        gateway.Otherwise = post =>
        {
            if (post.Authorization != "Bearer dead")
            {
                return Act.Json(200, """{"ResponseCode":"0"}""");
            }

            rig.Store("living", TimeSpan.Zero, TimeSpan.FromMinutes(60)).GetAwaiter().GetResult();
            return Act.Error(404, "404.001.03", "Invalid Access Token");
        };
        Assert.IsType<Reply.Accepted>(await Push(rig));
        Assert.Empty(gateway.Grants);
        Assert.Equal("Bearer living", gateway.Posts.Last().Authorization);
    }

    [Fact]
    public async Task A_token_is_refreshed_before_it_ends_and_nobody_waits_for_that()
    {
        await using var rig = await Rig();
        await rig.Store("ending", TimeSpan.FromMinutes(56), TimeSpan.FromMinutes(4), leasedFor: TimeSpan.FromSeconds(10));
        await Push(rig);
        Assert.Equal("Bearer ending", gateway.Posts.Last().Authorization);

        await rig.Store("ending", TimeSpan.FromMinutes(56), TimeSpan.FromMinutes(4));
        await Push(rig);
        Assert.Equal("Bearer token-1", gateway.Posts.Last().Authorization);
        Assert.Single(gateway.Grants);
    }

    [Fact]
    public async Task A_token_with_minutes_left_outlives_an_oauth_that_is_down()
    {
        await using var rig = await Rig();
        gateway.Grant = _ => Act.Html(503);
        await rig.Store("ending", TimeSpan.FromMinutes(56), TimeSpan.FromMinutes(4));
        Assert.IsType<Reply.Accepted>(await Push(rig));
        Assert.Equal("Bearer ending", gateway.Posts.Single().Authorization);
    }

    [Fact]
    public async Task A_process_that_died_while_asking_does_not_keep_the_others_from_it()
    {
        await using var rig = await Rig();
        await rig.Store("old", TimeSpan.FromHours(2), TimeSpan.FromHours(-1), leasedFor: TimeSpan.FromMilliseconds(500));
        Assert.IsType<Reply.Accepted>(await Push(rig));
        Assert.Equal("Bearer token-1", gateway.Posts.Single().Authorization);
    }

    [Fact]
    public async Task Whoever_waits_too_long_for_another_refuses_and_sends_nothing()
    {
        await using var rig = await Rig();
        await rig.Store("old", TimeSpan.FromHours(2), TimeSpan.FromHours(-1), leasedFor: TimeSpan.FromMinutes(1));
        var refused = Assert.IsType<Reply.Refused>(await Push(rig));
        Assert.Equal(FailureCode.ProviderError, refused.Failure.Code);
        Assert.Empty(gateway.Posts);
        Assert.Empty(gateway.Grants);
    }

    [Theory]
    [InlineData("\"3599\"", 3599)]
    [InlineData("3599", 3599)]
    [InlineData("\"100\"", 100)]
    [InlineData("null", 3599)]
    [InlineData("\"soon\"", 3599)]
    public async Task The_life_of_a_token_comes_as_text_or_number(string expiresIn, int seconds)
    {
        await using var rig = await Rig();
        gateway.Grant = _ => Act.Json(200, $$"""{"access_token":"SGWcJPtNtYNPGm6uSYR9yPYrAI3B","expires_in":{{expiresIn}}}""");
        await Push(rig);
        await using var command = rig.Database.CreateCommand(
            """
            SELECT extract(epoch FROM expires_at - fetched_at)::int, fetched_at > now() - interval '1 minute', lease IS NULL
            FROM access_tokens WHERE app = $1
            """);
        command.Parameters.Add(new() { Value = rig.Options.Main.TokenKey });
        await using var row = await command.ExecuteReaderAsync();
        Assert.True(await row.ReadAsync());
        Assert.Equal((seconds, true, true), (row.GetInt32(0), row.GetBoolean(1), row.GetBoolean(2)));
    }

    public static TheoryData<string, Act> NoToken => new()
    {
        { "wrong keys", Act.Error(400, "400.008.01", "Invalid Authentication passed") },
        { "wrong keys as 401", Act.Json(401, "") },
        { "HTML", Act.Html(200) },
        { "nothing", Act.Json(200, "") },
        { "no token inside", Act.Json(200, """{"expires_in":"3599"}""") },
        { "an empty token", Act.Json(200, """{"access_token":"","expires_in":"3599"}""") },
        { "a token with a line break in it", Act.Json(200, """{"access_token":"a\r\nb","expires_in":"3599"}""") },
        { "created", Act.Json(201, """{"access_token":"token","expires_in":"3599"}""") },
        { "blocked", Act.Html(403) },
    };

    [Theory]
    [MemberData(nameof(NoToken))]
    public async Task Without_a_token_nothing_is_sent_and_the_secret_stays_one(string name, Act act)
    {
        await using var rig = await Rig();
        gateway.Grant = _ => act;
        var refused = Assert.IsType<Reply.Refused>(await Push(rig));
        Assert.Equal(FailureCode.ProviderError, refused.Failure.Code);
        Assert.Empty(gateway.Posts);
        Assert.StartsWith("there is no access token: ", refused.Failure.ProviderText, StringComparison.Ordinal);
        Assert.DoesNotContain(rig.Log, line => line.Contains(DarajaRig.Secret) || line.Contains(rig.Configuration["Daraja:ConsumerKey"]!));
        Assert.True(rig.Log.Any(line => line.StartsWith("daraja_token_failed: ", StringComparison.Ordinal)), name);
    }

    [Fact]
    public async Task Oauth_is_asked_again_when_its_trouble_passes()
    {
        await using var rig = await Rig();
        gateway.Grant = number => number < 3 ? Act.Html(503) : Act.Json(200, """{"access_token":"at-last","expires_in":"3599"}""");
        Assert.IsType<Reply.Accepted>(await Push(rig));
        Assert.Equal("Bearer at-last", gateway.Posts.Single().Authorization);
    }

    [Fact]
    public async Task Oauth_gets_key_and_secret_as_basic_authorisation()
    {
        await using var rig = await Rig();
        await Push(rig);
        var grant = gateway.Grants.Single();
        Assert.Equal(("GET", "/oauth/v1/generate?grant_type=client_credentials"), (grant.Method, grant.Path));
        var expected = Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes($"{rig.Configuration["Daraja:ConsumerKey"]}:{DarajaRig.Secret}"));
        Assert.Equal("Basic " + expected, grant.Authorization);
    }

    [Fact]
    public async Task With_the_database_away_nothing_is_sent()
    {
        await using var nowhere = NpgsqlDataSource.Create("Host=127.0.0.1;Port=1;Username=nobody;Timeout=2");
        await using var rig = new DarajaRig(nowhere, gateway.Url);
        Assert.IsType<Reply.Refused>(await Push(rig));
        Assert.Empty(gateway.Posts);
    }

    private static Task<Reply> Push(DarajaRig rig) => rig.Daraja.SendStkPush(DarajaRig.Prompt(), CancellationToken.None);

    /// <summary>A rig of its own app, or another replica of the one given.</summary>
    private async Task<DarajaRig> Rig(DarajaRig? sibling = null) => new(await table.Open(), gateway.Url,
        sibling is null ? null : new() { ["Daraja:ConsumerKey"] = sibling.Configuration["Daraja:ConsumerKey"] });
}
