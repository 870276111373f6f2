namespace Payments.Tests.Faults;

/// <summary>What Safaricom itself does: repeats, shuffles, loses, contradicts, and answers questions oddly. The simulator draws by the seed.</summary>
internal static class Provider
{
    public static async Task Shuffled(Run run)
    {
        await using var world = await TestEnvironment.Start(run);
        var api = await world.AddApi();
        await world.Set(new { rates = new { seed = run.Options.Seed, duplicate = 0.6, beforeReply = 0.3, contradict = 0.1, fail = 0.1, shuffleMs = 3000 } });
        var shop = new Shop(world);
        await shop.Trade(run.Options.Pick(150, 1500), atOnce: 6, api);
        run.Did("60 % of callbacks 2–5 times at once, 30 % before the reply, 10 % contradicted, all shuffled over 3 s");

        // A failure contradicted by nothing but a lost answer is believed 60 s after the push.
        await LedgerComparison.Check(world, shop, api, TimeSpan.FromSeconds(150));
        await Backlog.Check(world);
    }

    public static async Task Lost(Run run)
    {
        await using var world = await TestEnvironment.Start(run);
        var api = await world.AddApi();
        await world.Set(new
        {
            // Pull as it is said, and was seen, to answer: page numbers, East Africa Time with a Z, and words for nothing that may mean anything.
            pull = new { offset = "pages", time = "eat-z", empty = "organization", number = "international" },
            // Every payment is confirmed as well, in words of no document, with its payer in another form each time.
            stkConfirmation = true,
            c2bPhone = "mixed",
            partyPhone = "mixed",
            c2bType = "Organization To Organization Transfer",
            pullType = "Customer Merchant Payment",
            rates = new
            {
                seed = run.Options.Seed,
                loseCallback = 0.1,
                loseReply = 0.1,
                contradict = 0.1,
                malformCallback = 0.05,
                oddBody = 0.15,
                reversePayout = 0.05,
                fail = 0.1,
                queryPending = 0.15,
                query4999 = 0.1,
                query500 = 0.1,
                queryHtml = 0.1,
                queryLate = 0.05,
                lateMs = 3000,
                pullOdd = 0.1,
            },
        });
        var shop = new Shop(world);
        await shop.Trade(run.Options.Pick(120, 1000), atOnce: 6, api);
        run.Did("payers and receivers shown in fourteen forms, words of no document; 10 % of callbacks lost, 10 % of replies, 10 % contradicted, 5 % malformed, 15 % in a form nobody published, 5 % of payouts come back; half of all questions answered pending, 4999, 500, HTML or late; Pull counts pages, is three hours off, and says nothing true 10 % of the time");
        await LedgerComparison.Check(world, shop, api, TimeSpan.FromSeconds(240));
        await Backlog.Check(world);
    }
}
