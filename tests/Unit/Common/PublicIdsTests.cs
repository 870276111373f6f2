using Payments.Domain.Common;
using Xunit;

namespace Payments.Tests.Unit;

public sealed class PublicIdsTests
{
    private static readonly Guid Value = new("0198f2c4-7b1e-7c3a-9d4f-aabbccddeeff");

    /// <summary>What callers keep: none of these prefixes may ever change.</summary>
    private static readonly Kind[] Kinds =
    [
        Of<CheckoutId>("chk_"), Of<AttemptId>("att_"), Of<ReceiptId>("rct_"), Of<PayoutId>("pay_"), Of<RefundId>("rfd_"), Of<CallbackId>("cb_"),
        Of<CaseId>("case_"), Of<KeyId>("key_"), Of<RegistrationId>("reg_"), Of<StatusQueryId>("qst_"),
        Of<FeedEventId>("evt_"), Of<WebhookId>("whk_"), Of<DeliveryId>("dlv_"),
    ];

    private sealed record Kind(Type Type, string Prefix, string Text, Func<string?, bool> IsRead, Func<string, Guid> Parse);

    [Fact]
    public void Every_kind_is_here_with_a_prefix_of_its_own()
    {
        var all = typeof(IPublicId<>).Assembly.GetTypes()
            .Where(type => type.GetInterfaces().Any(i => i.IsGenericType && i.GetGenericTypeDefinition() == typeof(IPublicId<>)));

        Assert.Equal(all.OrderBy(type => type.Name, StringComparer.Ordinal), Kinds.Select(kind => kind.Type).OrderBy(type => type.Name, StringComparer.Ordinal));
        Assert.Equal(Kinds.Length, Kinds.Select(kind => kind.Prefix).Distinct().Count());
    }

    [Fact]
    public void A_text_is_the_prefix_and_32_digits_and_reads_back_as_the_same_id()
    {
        Assert.All(Kinds, kind =>
        {
            Assert.Equal(kind.Prefix + "0198f2c47b1e7c3a9d4faabbccddeeff", kind.Text);
            Assert.Equal(Value, kind.Parse(kind.Text));
        });
    }

    [Fact]
    public void Another_kinds_text_is_no_id()
    {
        Assert.All(Kinds, kind => Assert.All(Kinds, other =>
        {
            Assert.Equal(kind == other, kind.IsRead(other.Text));
            if (kind != other)
            {
                Assert.Throws<FormatException>(() => kind.Parse(other.Text));
            }
        }));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("chk_")]
    [InlineData("chk_0198f2c47b1e7c3a9d4faabbccddeef")]
    [InlineData("chk_0198f2c47b1e7c3a9d4faabbccddeeff0")]
    [InlineData("chk_0198f2c4-7b1e-7c3a-9d4f-aabbccddeeff")]
    [InlineData("chk_0198f2c47b1e7c3a9d4faabbccddeefg")]
    [InlineData("CHK_0198f2c47b1e7c3a9d4faabbccddeeff")]
    [InlineData("chk0198f2c47b1e7c3a9d4faabbccddeeff")]
    [InlineData("0198f2c47b1e7c3a9d4faabbccddeeff")]
    [InlineData(" chk_0198f2c47b1e7c3a9d4faabbccddeeff")]
    public void Anything_else_is_no_id_either(string? text)
    {
        Assert.False(CheckoutId.TryParse(text, out var id));
        Assert.Equal(default, id);
    }

    [Fact]
    public void Ids_sort_as_postgresql_sorts_uuids()
    {
        CheckoutId[] ids = [.. Enumerable.Range(0, 200).Select(_ => new CheckoutId(Guid.NewGuid()))];

        Assert.Equal(ids.OrderBy(id => id.ToString(), StringComparer.Ordinal), ids.Order());
    }

    [Fact]
    public void A_payouts_and_a_refunds_id_are_a_transfers_and_keep_their_own_text()
    {
        Assert.Equal(new TransferId(Value), new PayoutId(Value));
        Assert.Equal(new TransferId(Value), new RefundId(Value));
        var payout = TransferBuilder.Payout();
        Assert.Equal((payout.Id, payout.Id.ToString()), (payout.TransferId, payout.PublicId));
    }

    private static Kind Of<T>(string prefix)
        where T : struct, IPublicId<T> => new(typeof(T), prefix, T.From(Value).ToString()!, text => PublicIds.TryParse<T>(text, out _), text => PublicIds.Parse<T>(text).Value);
}
