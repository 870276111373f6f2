using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Payments.Client;
using Xunit;

namespace Payments.Tests.Unit;

/// <summary>What the .NET client takes for a webhook of the service's, and what not.</summary>
public sealed class WebhookVerifierTests
{
    private const string Secret = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

    private const string Other = "whsec_IAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

    private const string Body = """{"type":"checkout.paid","timestamp":"2026-07-10T06:15:45Z","data":{"id":"chk_1","status":"paid","amountPaid":1500.50}}""";

    private static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeSeconds(1_784_000_000);

    private readonly WebhookVerifier verifier = new([Secret], new FixedTime(Now));

    [Fact]
    public void A_signed_event_is_read_with_its_type()
    {
        var happened = Assert.IsType<CheckoutEvent>(Verify(verifier, Sign(Secret)));
        Assert.Equal(("evt_1", "checkout.paid"), (happened.Id, happened.Type));
        Assert.Equal(("chk_1", CheckoutStatus.Paid, 1500.50m), (happened.Data.Id, happened.Data.Status, happened.Data.AmountPaid));
        Assert.Equal(new(2026, 7, 10, 6, 15, 45, TimeSpan.Zero), happened.At);
    }

    [Fact]
    public void The_specifications_own_example_is_right()
    {
        // https://docs.svix.com/receiving/verifying-payloads/how-manual: the example all libraries of Standard Webhooks are tested by.
        var right = new WebhookVerifier(["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"], new FixedTime(DateTimeOffset.FromUnixTimeSeconds(1_614_265_330)));
        const string signature = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";

        // It carries no event, so it gets as far as being read.
        Assert.Throws<JsonException>(() => right.Verify("""{"test": 2432232314}"""u8, "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", signature));
        Refused(WebhookProblem.SignatureWrong, () => right.Verify("""{"test": 2432232315}"""u8, "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", signature));
    }

    [Fact]
    public void During_a_rotation_either_side_may_have_both_secrets()
    {
        var both = new WebhookVerifier([Other, Secret], new FixedTime(Now));
        Assert.Equal("evt_1", Verify(both, Sign(Secret)).Id);
        Assert.Equal("evt_1", Verify(both, Sign(Other)).Id);
        Assert.Equal("evt_1", Verify(verifier, $"{Sign(Other)} {Sign(Secret)}").Id);
        Refused(WebhookProblem.SignatureWrong, () => Verify(verifier, Sign(Other)));
    }

    [Theory]
    [InlineData("v2")]
    [InlineData("v1a")]
    [InlineData("")]
    public void Another_kind_of_signature_counts_as_none(string version) =>
        Refused(WebhookProblem.SignatureWrong, () => Verify(verifier, version + Sign(Secret)[2..]));

    [Theory]
    [InlineData("v1,")]
    [InlineData("v1")]
    [InlineData("v1,!!!!")]
    [InlineData("v1,AAAA")]
    [InlineData(",,,,,")]
    [InlineData(" ")]
    public void What_is_no_signature_is_wrong_and_nothing_worse(string signatures) => Refused(WebhookProblem.SignatureWrong, () => Verify(verifier, signatures));

    [Fact]
    public void A_signature_that_is_longer_or_cut_is_wrong()
    {
        Refused(WebhookProblem.SignatureWrong, () => Verify(verifier, Sign(Secret)[..^4]));
        Refused(WebhookProblem.SignatureWrong, () => Verify(verifier, Sign(Secret) + "AAAA"));
        Refused(WebhookProblem.SignatureWrong, () => Verify(verifier, "v1," + Convert.ToBase64String(new byte[4096])));
    }

    [Fact]
    public void Every_part_is_signed()
    {
        var signature = Sign(Secret);
        Refused(WebhookProblem.SignatureWrong, () => verifier.Verify(Encoding.UTF8.GetBytes(Body + " "), "evt_1", Seconds(Now), signature));
        Refused(WebhookProblem.SignatureWrong, () => verifier.Verify(Encoding.UTF8.GetBytes(Body), "evt_2", Seconds(Now), signature));
        Refused(WebhookProblem.SignatureWrong, () => verifier.Verify(Encoding.UTF8.GetBytes(Body), "evt_1", Seconds(Now.AddSeconds(1)), signature));
    }

    [Theory]
    [InlineData(-300, true)]
    [InlineData(-301, false)]
    [InlineData(300, true)]
    [InlineData(301, false)]
    [InlineData(-86400, false)]
    public void Five_minutes_either_way(int seconds, bool taken)
    {
        var at = Seconds(Now.AddSeconds(seconds));
        if (taken)
        {
            Assert.Equal("evt_1", verifier.Verify(Encoding.UTF8.GetBytes(Body), "evt_1", at, Sign(Secret, at)).Id);
        }
        else
        {
            Refused(WebhookProblem.TimestampTooFar, () => verifier.Verify(Encoding.UTF8.GetBytes(Body), "evt_1", at, Sign(Secret, at)));
        }
    }

    [Theory]
    [InlineData("soon")]
    [InlineData("-1784000000")]
    [InlineData(" 1784000000")]
    [InlineData("1784000000.5")]
    [InlineData("9223372036854775807")]
    [InlineData("99999999999999999999999999")]
    public void A_time_that_is_none_is_too_far_though_signed(string at) =>
        Refused(WebhookProblem.TimestampTooFar, () => verifier.Verify(Encoding.UTF8.GetBytes(Body), "evt_1", at, Sign(Secret, at)));

    [Theory]
    [InlineData(null, "1784000000", "v1,x")]
    [InlineData("evt_1", null, "v1,x")]
    [InlineData("evt_1", "1784000000", null)]
    [InlineData("", "1784000000", "v1,x")]
    public void Without_a_header_it_is_no_webhook(string? id, string? at, string? signature) =>
        Refused(WebhookProblem.HeadersMissing, () => verifier.Verify(Encoding.UTF8.GetBytes(Body), id, at, signature));

    [Theory]
    [InlineData("")]
    [InlineData("whsec_")]
    [InlineData("whsec_not base64")]
    public void A_secret_that_is_none_is_refused_without_being_shown(string secret)
    {
        var refused = Assert.Throws<ArgumentException>(() => new WebhookVerifier(secret));
        Assert.DoesNotContain("not base64", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_any_secret_nothing_is_verified() => Assert.Throws<ArgumentException>(() => new WebhookVerifier());

    private static PaymentsEvent Verify(WebhookVerifier by, string signatures) => by.Verify(Encoding.UTF8.GetBytes(Body), "evt_1", Seconds(Now), signatures);

    private static string Sign(string secret, string? at = null) =>
        "v1," + Convert.ToBase64String(HMACSHA256.HashData(Convert.FromBase64String(secret["whsec_".Length..]), Encoding.UTF8.GetBytes($"evt_1.{at ?? Seconds(Now)}.{Body}")));

    private static string Seconds(DateTimeOffset at) => at.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);

    private static void Refused(WebhookProblem problem, Func<PaymentsEvent> verify) => Assert.Equal(problem, Assert.Throws<WebhookVerificationException>(verify).Problem);

    private sealed class FixedTime(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
    }
}
