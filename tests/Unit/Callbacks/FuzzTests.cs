using System.Diagnostics;
using CsCheck;
using Payments.Application.Callbacks;
using Payments.Application.Common;
using Payments.Domain.Common;
using Xunit;

namespace Payments.Tests.Unit;

/// <summary>
/// Whatever is posted to whatever callback address with whatever token: through the reader and the rules to a verdict, without an exception,
/// in bounded time, and without a cent moving that nobody vouched for. <c>PAYMENTS_FUZZ_CASES</c> says how many, 50,000 in tests/System; a
/// failure names its seed, and <c>PAYMENTS_FUZZ_SEED</c> plays that case alone.
/// </summary>
public sealed class FuzzTests
{
    /// <summary>A case takes a fraction of a millisecond; this is a machine that stands still for a moment, and no loop that does not end.</summary>
    private static readonly TimeSpan MostTime = TimeSpan.FromSeconds(5);

    private static readonly CallbackKind[] Kinds = Enum.GetValues<CallbackKind>();

    [Fact]
    public void Any_body_with_any_token_gets_a_verdict_in_bounded_time_and_moves_only_what_it_may()
    {
        if (Counts.Asked("PAYMENTS_FUZZ_SEED") is { } seed)
        {
            Play(seed);
            return;
        }

        Gen.Int.Sample(Play, iter: Counts.FuzzCases);
    }

    [Fact]
    public void The_generator_reaches_every_verdict_and_every_settled_state()
    {
        HashSet<Verdict> wantedVerdicts = [Verdict.Applied, Verdict.Duplicate, Verdict.Contradiction, Verdict.Unmatched, Verdict.Malformed, Verdict.Hint];
        HashSet<string> wantedStandings =
            ["checkout Paid", "checkout Failed", "payout Completed", "payout Failed", "payout InDoubt", "refund Completed", "refund InDoubt", "unmatched True"];
        var (verdicts, standings) = (new HashSet<Verdict>(), new HashSet<string>());
        for (var seed = 0; seed < 20_000 && !(wantedVerdicts.IsSubsetOf(verdicts) && wantedStandings.IsSubsetOf(standings)); seed++)
        {
            var (judged, world) = Judge(seed);
            verdicts.UnionWith(judged.Select(j => j.Verdict));
            standings.UnionWith(["checkout " + world.Checkout.Status, "payout " + world.Payout.Status, "refund " + world.Refund.Status, "unmatched " + (world.Unmatched.Count > 0)]);
        }

        Assert.Superset(wantedVerdicts, verdicts);
        Assert.Superset(wantedStandings, standings);
    }

    private static void Play(int seed)
    {
        var clock = Stopwatch.StartNew();
        try
        {
            var (judged, world) = Judge(seed);
            Assert.All(judged, judgement => Assert.True(Enum.IsDefined(judgement.Verdict)));
            Assert.True(world.Checkout.Paid <= world.Checkout.Amount);
            Assert.All(world.Checkout.Receipts, r => Assert.True(r.Amount > Money.Zero && r.Applied + r.Surplus <= r.Amount));

            // What a row says of itself, and keeps of others' words, fits the tables and can be stored.
            Assert.All(judged, j => Assert.True(j.Detail is null || (j.Detail.Length <= 1000 && !j.Detail.Contains('\0', StringComparison.Ordinal))));
            Assert.All(world.Checkout.Receipts.Concat(world.Unmatched), r => Assert.True(
                r.Account.Length <= 100 && (r.Payer ?? "").Length <= 100 && (r.PayerName ?? "").Length <= 200 && !$"{r.Account}{r.Payer}{r.PayerName}".Contains('\0', StringComparison.Ordinal)));
        }
        catch (Exception failure)
        {
            throw new InvalidOperationException($"PAYMENTS_FUZZ_SEED={seed}: {failure.Message}", failure);
        }

        Assert.True(clock.Elapsed < MostTime, $"PAYMENTS_FUZZ_SEED={seed} took {clock.Elapsed}.");
    }

    /// <summary>One to three callbacks in one batch, as a drain would take them.</summary>
    private static (IReadOnlyList<CallbackResult> Judged, FuzzWorld World) Judge(int seed)
    {
        var random = new Random(seed);
        var world = new FuzzWorld();
        var rows = Enumerable.Range(0, random.Next(1, 4)).Select(_ => Row(random)).ToList();
        var before = world.Standing;
        var now = CheckoutBuilder.Start + TimeSpan.FromSeconds(random.Next(0, 4000));
        var (judged, _) = world.Rules.Apply(rows, now).GetAwaiter().GetResult();
        Assert.Equal(rows.Select(row => row.Id), judged.Select(judgement => judgement.Id));
        if (rows.TrueForAll(row => row.SubjectId is null))
        {
            Assert.Equal(before, world.Standing);
            Assert.All(judged, judgement => Assert.True(judgement.Verdict is Verdict.Hint or Verdict.Malformed));
        }

        return (judged, world);
    }

    private static InboxRow Row(Random random)
    {
        var kind = Kinds[random.Next(Kinds.Length)];

        // Mostly the token of what such a callback is about; else none, or one of something else.
        Guid? subject = random.Next(6) switch
        {
            0 => null,
            1 => Guid.NewGuid(),
            _ => kind switch
            {
                CallbackKind.Stk => FuzzWorld.AttemptId.Value,
                CallbackKind.C2bConfirm or CallbackKind.C2bValidate => FuzzWorld.RegistrationId.Value,
                CallbackKind.ReversalResult or CallbackKind.ReversalTimeout => FuzzWorld.RefundId.Value,
                CallbackKind.StatusResult or CallbackKind.StatusTimeout => FuzzWorld.StatusId.Value,
                CallbackKind.BalanceResult or CallbackKind.BalanceTimeout => FuzzWorld.BalanceId.Value,
                _ => random.Next(4) == 0 ? FuzzWorld.RefundId.Value : FuzzWorld.PayoutId.Value,
            },
        };
        return new(new(NewId.Next()), kind, subject, FuzzBody.Make(random, kind));
    }
}
