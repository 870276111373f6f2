using System.Globalization;
using Payments.Application.Access;
using Payments.Application.Checkouts;
using Payments.Domain.Checkouts;
using Payments.Infrastructure.Access;
using Xunit;

namespace Payments.Tests.Unit;

/// <summary>An account that the service makes finds what is mistyped, and nobody tells the next one from the last.</summary>
public sealed class AccountTests
{
    private static readonly AccountNumbers Numbers = new(new byte[32]);

    [Fact]
    public void Every_single_wrong_digit_and_every_swap_of_two_neighbours_is_found()
    {
        foreach (var account in Enumerable.Range(0, 2000).Select(n => Numbers.Draw(n.ToString(CultureInfo.InvariantCulture), n % Account.Candidates).Value))
        {
            Assert.True(CheckDigit.Fits(account), account);
            Assert.False(Account.IsMistyped(account));
            foreach (var wrong in Account.Near(account))
            {
                Assert.False(CheckDigit.Fits(wrong), $"{wrong} for {account}");
            }
        }
    }

    [Fact]
    public void What_is_near_is_every_digit_in_every_place_and_every_swap()
    {
        // Ten digits in each of five places but the one that stands there; the letter may be any of ten; four neighbours, two of them alike.
        var near = Account.Near("A1123").ToList();

        Assert.Equal(((5 * 10) - 4) + 3, near.Count);
        Assert.Equal(near.Count, near.Distinct().Count());
        Assert.Contains("01123", near);
        Assert.Contains("A1132", near);
        Assert.Contains("1A123", near);
        Assert.DoesNotContain("A1123", near);
        Assert.All(near, other => Assert.Contains("A1123", Account.Near(other).Concat(["A1123"])));
        Assert.Equal((0, 0), (Account.Near("").Count(), Account.Near("1234567890123").Count()));
    }

    [Fact]
    public void A_made_account_has_eight_digits_or_more_and_no_zero_in_front_and_is_no_phone_number()
    {
        var made = Enumerable.Range(0, 4000).Select(n => Numbers.Draw("order " + n, n % Account.Candidates)).ToList();

        Assert.All(made, account =>
        {
            Assert.Matches("^[1-9][0-9]+$", account.Value);
            Assert.Contains(account.Value.Length, new[] { 8, 10, 11 });
            Assert.Equal(account.Value, account.Key);
        });
        Assert.True(made.Select(account => account.Value).Distinct().Count() > 3_990, "They repeat.");
        Assert.Equal(9, made.Select(account => account.Value[0]).Distinct().Count());
    }

    [Fact]
    public void The_same_name_has_the_same_account_and_another_secret_another() => Assert.Equal(
        (true, false, false),
        (Numbers.Draw("a", 0) == Numbers.Draw("a", 0), Numbers.Draw("a", 0) == Numbers.Draw("a", 1), Numbers.Draw("a", 0) == new AccountNumbers([1, 2, 3]).Draw("a", 0)));

    [Theory]
    [InlineData("INV-8")]
    [InlineData("1234567")]
    [InlineData("123456789")]
    [InlineData("0708374149")]
    [InlineData("254708374149")]
    [InlineData("")]
    public void What_does_not_look_like_a_made_account_is_not_called_mistyped(string typed) => Assert.False(Account.IsMistyped(OrderReference.KeyOf(typed)));

    [Fact]
    public void What_looks_like_one_and_does_not_fit_is() =>
        Assert.All(Account.Near("10000012").Where(other => other[0] != '0'), other => Assert.True(Account.IsMistyped(other), other));

    [Theory]
    [InlineData("shop", "ORDER-1", true, "shop")]
    [InlineData("shop", "ORDER-1", true, "shop", "shop")]
    [InlineData("shop", "ORDER-1", false, "shop", "other")]
    [InlineData("shop", "SH-1", true, "shop", "other")]
    [InlineData("shop", "s.h/1", true, "shop", "other")]
    [InlineData("other", "SH-1", false, "shop", "other")]
    [InlineData("other", "SH-1", false, "other")]
    [InlineData("other", "S-1", true, "other")]
    public async Task A_reference_is_an_account_while_there_is_one_shop_or_by_its_prefix(string client, string text, bool may, params string[] shops)
    {
        _ = OrderReference.TryParse(text, out var reference);
        var policy = new AccountPolicy(new([new() { Name = "shop", AccountPrefix = "sh" }, new() { Name = "third" }]), new Known(shops));

        Assert.Equal(may, await policy.MayBeAccount(client, reference));
    }

    [Theory]
    [InlineData("Clients gives 'b' the prefix 'SHO' and 'a' the prefix 'SH'", "a", "SH", "b", "SHO")]
    [InlineData("Clients gives 'b' the prefix 's' and 'a' the prefix 'SH'", "a", "SH", "b", "s")]
    [InlineData("Clients gives 'b' the prefix 'SH' and 'a' the prefix 'SH'", "a", "SH", "b", "SH")]
    [InlineData("Clients names 'a' twice", "a", "SH", "a", "X")]
    [InlineData(null, "a", "SHA", "b", "SHO")]
    public void Prefixes_that_could_be_either_shops_are_refused(string? problem, string one, string first, string two, string second)
    {
        var problems = ClientOptionsValidator.Between([new() { Name = one, AccountPrefix = first }, new() { Name = two, AccountPrefix = second }]).ToList();

        Assert.Equal(problem is not null, problems.Count == 1);
        Assert.StartsWith(problem ?? "", problems.Count == 0 ? "" : $"{problems[0].Key} {problems[0].Wrong}", StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("SH", true)]
    [InlineData("7H", true)]
    [InlineData(null, true)]
    [InlineData("", false)]
    [InlineData("123", false)]
    [InlineData("SH-", false)]
    [InlineData("ABCDEFGHI", false)]
    public void A_prefix_is_letters_and_digits(string? prefix, bool valid) =>
        Assert.Equal(valid, new ClientOptionsValidator().Validate("Clients__0", new() { Name = "shop", AccountPrefix = prefix }).Succeeded);

    private sealed class Known(IReadOnlyCollection<string> shops) : IClients
    {
        public Task<IReadOnlyCollection<string>> WithCheckouts() => Task.FromResult(shops);
    }
}
