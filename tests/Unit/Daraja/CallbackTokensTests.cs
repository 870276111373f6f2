using System.Security.Cryptography;
using CsCheck;
using Payments.Application.Callbacks;
using Payments.Infrastructure.Callbacks;
using Xunit;

namespace Payments.Tests.Unit;

public sealed class CallbackTokensTests
{
    private const string Shortcode = "174379";
    private static readonly byte[] First = [.. Enumerable.Range(0, 32).Select(i => (byte)i)];
    private static readonly byte[] Second = [.. Enumerable.Range(100, 32).Select(i => (byte)i)];
    private static readonly Guid Id = Guid.Parse("0190a4c8-5b1e-7c3d-9a2f-0123456789ab");
    private static readonly SubjectKind[] Signed = [SubjectKind.Attempt, SubjectKind.Payout, SubjectKind.Refund, SubjectKind.Question];
    private readonly CallbackTokens tokens = new([First], Shortcode);

    [Fact]
    public void A_token_reads_back_as_the_thing_it_was_made_for()
    {
        foreach (var kind in Signed)
        {
            Assert.True(tokens.TryRead(tokens.Make(kind, Id), kind, out var id));
            Assert.Equal(Id, id);
        }
    }

    [Fact]
    public void A_token_keeps_its_form_so_that_urls_already_handed_out_stay_good()
    {
        // HMAC-SHA-256 of "Attempt\n0190a4c85b1e7c3d9a2f0123456789ab\n174379" under bytes 00..1f, first 16 bytes.
        var mac = Convert.ToHexStringLower(HMACSHA256.HashData(First, "Attempt\n0190a4c85b1e7c3d9a2f0123456789ab\n174379"u8))[..32];
        var keyId = Convert.ToHexStringLower(SHA256.HashData(First))[..8];
        Assert.Equal($"{keyId}.0190a4c85b1e7c3d9a2f0123456789ab.{mac}", tokens.Make(SubjectKind.Attempt, Id));
    }

    [Fact]
    public void A_token_says_nothing_for_another_purpose()
    {
        foreach (var made in Signed)
        {
            foreach (var read in Enum.GetValues<SubjectKind>().Where(kind => kind != made))
            {
                Assert.False(tokens.TryRead(tokens.Make(made, Id), read, out var id));
                Assert.Equal(Guid.Empty, id);
            }
        }
    }

    [Fact]
    public void A_token_of_another_secret_or_shortcode_is_refused()
    {
        var token = tokens.Make(SubjectKind.Attempt, Id);
        Assert.False(new CallbackTokens([Second], Shortcode).TryRead(token, SubjectKind.Attempt, out _));
        Assert.False(new CallbackTokens([First], "600000").TryRead(token, SubjectKind.Attempt, out _));
    }

    [Fact]
    public void A_replaced_secret_still_verifies_and_the_first_one_signs()
    {
        var rotated = new CallbackTokens([Second, First], Shortcode);
        Assert.True(rotated.TryRead(tokens.Make(SubjectKind.Payout, Id), SubjectKind.Payout, out _));
        Assert.Equal(new CallbackTokens([Second], Shortcode).Make(SubjectKind.Payout, Id), rotated.Make(SubjectKind.Payout, Id));
    }

    [Fact]
    public void Any_other_spelling_of_a_good_token_is_refused()
    {
        var good = tokens.Make(SubjectKind.Attempt, Id);
        string?[] bad =
        [
            null, "", ".", "..", good.ToUpperInvariant(), good.Replace('.', '-'), good.Replace(".", ""), good + "0", good + "/",
            " " + good, good[1..], good[..^1],
            good.Replace('.', '\u3002'), good[..^1] + "g", good[..^1] + "\u0661", good + "\0", new string('0', good.Length), new string('.', good.Length),
        ];
        Assert.All(bad, token => Assert.False(tokens.TryRead(token, SubjectKind.Attempt, out _), token));
    }

    [Fact]
    public void No_changed_character_is_overlooked()
    {
        var good = tokens.Make(SubjectKind.Attempt, Id);
        Gen.Select(Gen.Int[0, good.Length - 1], Gen.Char).Where(change => good[change.Item1] != change.Item2).Sample(change =>
        {
            var forged = good.ToCharArray();
            forged[change.Item1] = change.Item2;
            return !tokens.TryRead(new string(forged), SubjectKind.Attempt, out _);
        });
    }

    [Fact]
    public void No_token_can_be_made_up() =>
        Gen.Select(Gen.Guid, Gen.Byte.Array[16], Gen.Int[0, 3].Select(i => Signed[i])).Sample((id, mac, kind) =>
            !tokens.TryRead($"{tokens.Make(kind, Id)[..8]}.{id:N}.{Convert.ToHexStringLower(mac)}", kind, out _));

    [Fact]
    public void No_token_can_spell_a_word_that_daraja_refuses() =>
        Gen.Guid.Sample(id => tokens.Make(SubjectKind.Question, id).All(c => c is '.' or (>= '0' and <= '9') or (>= 'a' and <= 'f')));

    [Fact]
    public void Checking_a_token_allocates_nothing()
    {
        var token = tokens.Make(SubjectKind.Attempt, Id);
        tokens.TryRead(token, SubjectKind.Attempt, out _);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
        {
            tokens.TryRead(token, SubjectKind.Attempt, out _);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void Urls_lie_under_the_prefix_that_daraja_accepts()
    {
        var urls = new CallbackUrls(new PublicAddress(new("https://pay.example.co.ke/shop/")), tokens);
        Assert.Equal($"https://pay.example.co.ke/shop/callbacks/stk/callback/{tokens.Make(SubjectKind.Attempt, Id)}",
            urls.For(CallbackKind.Stk, SubjectKind.Attempt, Id));
        Assert.Equal("https://pay.example.co.ke/shop/callbacks/c2b/confirm/abc123", urls.ForRegistration("abc123").Confirmation);
        Assert.Equal(Enum.GetValues<CallbackKind>().Length, Enum.GetValues<CallbackKind>().Select(CallbackUrls.PathOf).Distinct().Count());
    }
}
