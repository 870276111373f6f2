using System.Globalization;
using System.Text.Json.Nodes;

namespace Payments.Tests.Faults;

/// <summary>
/// Compares what Payments says with the money that really moved, in and out: every payment, payout and refund final and equal to the ledger,
/// or an open case that says why it cannot be known.
/// </summary>
internal static class LedgerComparison
{
    /// <summary>Waits until there is no difference, at most so long; what then differs is what did not hold.</summary>
    public static Task Check(TestEnvironment world, Shop shop, Api api, TimeSpan limit) => Check(world, [shop], api, limit);

    /// <summary>The same for several shops that share the books.</summary>
    public static async Task Check(TestEnvironment world, IReadOnlyList<Shop> shops, Api api, TimeSpan limit)
    {
        // From here on this scenario only waits: another may have its place.
        world.Run.Leave();
        var differences = new List<string> { "nothing was compared" };
        var summary = "";
        async Task<bool> Agrees()
        {
            var found = new List<string>();
            summary = Compare(await ApiSnapshot.Read(api), await world.Ledger(), shops, found);
            differences = found;
            return found.Count == 0;
        }

        var took = await world.Run.Until(Agrees, limit, pause: TimeSpan.FromSeconds(1));
        if (took is not null)
        {
            // What is equal must stay equal.
            await Task.Delay(TimeSpan.FromSeconds(1), world.Run.Stop);
            await Agrees();
        }

        foreach (var difference in differences.Take(10))
        {
            world.Run.Must(false, difference);
        }

        world.Run.Must(differences.Count <= 10, $"… and {differences.Count - 10} more");
        if (differences.Count > 0)
        {
            world.Run.Must(false, $"still to be asked about: {await Undecided(world)}");
        }

        world.Run.Did(string.Create(CultureInfo.InvariantCulture, $"{summary}, equal {took?.TotalSeconds:0} s after the last fault"));
        await world.Told.Check(world, api, TimeSpan.FromSeconds(100));
    }

    private static Task<string> Undecided(TestEnvironment world) => world.Sql<string>(
        """
        SELECT coalesce(string_agg(to_jsonb(a)::text, '; '), 'nothing')
        FROM (
            SELECT id, status, request_id, questions, last_answer, now() - started_at AS age, next_question_at - now() AS next_in
            FROM attempts WHERE status IN ('sending', 'sent', 'unknown') ORDER BY started_at LIMIT 5) a
        """);

    private static string Compare(ApiSnapshot books, IReadOnlyList<JsonNode> ledger, IReadOnlyList<Shop> shops, List<string> differences)
    {
        var orders = CompareOrders(books, ledger, shops, differences);
        CompareReceipts(books, ledger, differences);
        var payouts = ComparePayouts(books, ledger, shops, differences);
        var refunds = CompareRefunds(books, ledger, differences);
        return string.Create(CultureInfo.InvariantCulture, $"{ledger.Count} movements; {orders}; {payouts}; {refunds}");
    }

    private static string CompareOrders(ApiSnapshot books, IReadOnlyList<JsonNode> ledger, IReadOnlyList<Shop> shops, List<string> differences)
    {
        var byPhone = ledger.Where(t => Kind(t) == "stk").ToLookup(t => (string)t["msisdn"]!);
        var byAccount = ledger.Where(t => Kind(t) == "c2b").ToLookup(t => ((string)t["account"]!).Replace(" ", "", StringComparison.Ordinal).ToUpperInvariant());
        var inParts = shops.SelectMany(s => s.Orders).Where(o => o.Value.Part > 0).ToDictionary(o => o.Key, o => o.Value);
        var (paid, unpaid, open, parted) = (0, 0, 0, 0);
        foreach (var checkout in books.Checkouts)
        {
            var (reference, status) = ((string)checkout["orderReference"]!, (string)checkout["status"]!);
            if (inParts.TryGetValue(reference, out var order))
            {
                parted++;
                CompareParts(
                    books, checkout, [.. byPhone[order.Phone!], .. byAccount[reference]], differences,
                    isRemade: shops.Any(s => s.RestoredAt < (DateTimeOffset)checkout["createdAt"]!));
                continue;
            }

            List<JsonNode> truth = [.. (string?)checkout["phone"] is { } phone ? byPhone[phone] : [], .. byAccount[reference]];
            if (books.CannotBeKnown(checkout))
            {
                open++;
            }
            else if (status == "paid")
            {
                paid++;
                if (truth.Count != 1 || Amount(truth[0]) != (decimal)checkout["amountPaid"]!)
                {
                    differences.Add($"{reference} is paid by {checkout["payments"]!.ToJsonString()}, and what moved is {Show(truth)}");
                }
            }
            else if (status is "failed" or "open" or "expired" or "cancelled")
            {
                unpaid++;
                if (truth.Count > 0)
                {
                    differences.Add($"{reference} is {status}, and what moved is {Show(truth)}");
                }
            }
            else
            {
                differences.Add($"{reference} is still {status} ({checkout["attempts"]!.AsArray().LastOrDefault()?["status"]}), and what moved is {Show(truth)}");
            }
        }

        var known = books.Checkouts.Select(c => (string)c["orderReference"]!).ToHashSet(StringComparer.Ordinal);
        differences.AddRange(shops.SelectMany(s => s.Orders.Keys).Where(reference => !known.Contains(reference)).Select(reference => $"order {reference} is not there"));
        return $"{books.Checkouts.Count} orders: {paid} paid, {unpaid} not, {open} with a case, {parted} with a part given back";
    }

    /// <summary>
    /// Of an order whose part was given back before it was paid, every shilling that came pays, is surplus, or is going back; never two of these.
    /// But an order that was made anew after a restore may be paid before its refund is asked for again, and a refund undoes no paid.
    /// </summary>
    private static void CompareParts(ApiSnapshot books, JsonNode checkout, List<JsonNode> truth, List<string> differences, bool isRemade)
    {
        if (books.CannotBeKnown(checkout))
        {
            return;
        }

        var (status, paid) = ((string)checkout["status"]!, (decimal)checkout["amountPaid"]!);
        var applied = 0m;
        foreach (var moved in truth)
        {
            var row = books.Receipts.SingleOrDefault(r => (string?)r["receipt"] == (string)moved["receipt"]!);
            var counts = row is null ? 0 : (decimal)row["applied"]! + (decimal)row["surplus"]!;
            applied += row is null ? 0 : (decimal)row["applied"]!;
            var back = books.Refunds.Where(r => (string)r["originalReceipt"]! == (string)moved["receipt"]! && (string)r["status"]! != "failed").Sum(Amount);
            if (counts + back != Amount(moved) && !(isRemade && status == "paid" && counts == Amount(moved) && back <= counts))
            {
                differences.Add($"of {moved.ToJsonString()} for {checkout["orderReference"]} {counts} count and {back} go back");
            }
        }

        if (applied != paid || (status == "paid") != (paid == (decimal)checkout["amount"]!) || status == "pending")
        {
            differences.Add($"{checkout["orderReference"]} is {status} with {paid} paid, of which {applied} moved: {Show(truth)}");
        }
    }

    /// <summary>Every receipt moved once, with that amount; everything that came has its receipt, for Pull lists what nobody told.</summary>
    private static void CompareReceipts(ApiSnapshot books, IReadOnlyList<JsonNode> ledger, List<string> differences)
    {
        var came = ledger.Where(t => Kind(t) is "stk" or "c2b").ToDictionary(t => (string)t["receipt"]!);
        var numbers = books.Receipts.Where(r => (string?)r["receipt"] is not null).ToLookup(r => (string)r["receipt"]!);
        foreach (var number in numbers)
        {
            if (number.Count() > 1 || !came.TryGetValue(number.Key, out var truth) || Amount(truth) != Amount(number.First()))
            {
                differences.Add($"receipt {number.Key} is in the books {number.Count()} times with {Amount(number.First())}, and what moved is {came.GetValueOrDefault(number.Key)?.ToJsonString() ?? "nothing"}");
            }
        }

        var nameless = books.Receipts.Count(r => r["receipt"] is null);
        var missing = came.Keys.Where(number => !numbers.Contains(number)).ToList();
        if (nameless > 0 || missing.Count > 0)
        {
            differences.Add($"{missing.Count} receipts are not in the books, such as {missing.FirstOrDefault()}; {nameless} there have no number");
        }
    }

    private static string ComparePayouts(ApiSnapshot books, IReadOnlyList<JsonNode> ledger, IReadOnlyList<Shop> shops, List<string> differences)
    {
        var byOurId = ledger.Where(t => Kind(t) == "b2c").ToLookup(t => (string)t["originatorConversationId"]!);
        var byBusiness = ledger.Where(t => Kind(t) == "b2b").ToLookup(t => (string)t["to"]!);
        var counts = new Dictionary<string, int>();
        foreach (var payout in books.Payouts)
        {
            var truth = ((string)payout["method"]! == "mpesa" ? byOurId[OurId(payout)] : byBusiness[(string)payout["recipient"]!]).ToList();
            CompareOut($"payout {payout["reference"]}", payout, truth, books, counts, differences);
        }

        var known = books.Payouts.Select(p => (string)p["reference"]!).ToHashSet(StringComparer.Ordinal);
        differences.AddRange(shops.SelectMany(s => s.Payouts.Keys).Where(reference => !known.Contains(reference)).Select(reference => $"payout {reference} is not there"));
        var ours = books.Payouts.Concat(books.Refunds).Select(OurId).ToHashSet(StringComparer.Ordinal);
        differences.AddRange(byOurId.Where(t => !ours.Contains(t.Key)).Select(t => $"money went to {t.First()["msisdn"]}, of which Payments knows nothing"));
        return Show("payouts", books.Payouts.Count, counts);
    }

    private static string CompareRefunds(ApiSnapshot books, IReadOnlyList<JsonNode> ledger, List<string> differences)
    {
        var byOurId = ledger.Where(t => Kind(t) == "b2c").ToLookup(t => (string)t["originatorConversationId"]!);
        var reversals = ledger.Where(t => Kind(t) == "reversal").ToLookup(t => (string)t["originalReceipt"]!);
        var counts = new Dictionary<string, int>();
        foreach (var refund in books.Refunds)
        {
            // Of several reversals of one receipt at most one can have moved it.
            var truth = (string)refund["method"]! == "b2c" ? byOurId[OurId(refund)].ToList()
                : (string)refund["status"]! == "failed" && books.Refunds.Any(r => r != refund && (string)r["originalReceipt"]! == (string)refund["originalReceipt"]!) ? []
                : reversals[(string)refund["originalReceipt"]!].ToList();
            CompareOut($"refund of {refund["originalReceipt"]}", refund, truth, books, counts, differences);
        }

        var came = ledger.Where(t => Kind(t) is "stk" or "c2b").ToDictionary(t => (string)t["receipt"]!, Amount);
        foreach (var receipt in books.Refunds.Select(r => (string)r["originalReceipt"]!).Concat(reversals.Select(r => r.Key)).Distinct())
        {
            var back = reversals[receipt].Sum(Amount)
                + books.Refunds.Where(r => (string)r["originalReceipt"]! == receipt).SelectMany(r => byOurId[OurId(r)]).Where(moved => !HasComeBack(moved)).Sum(Amount);
            if (back > came.GetValueOrDefault(receipt))
            {
                differences.Add($"of receipt {receipt} {back} went back, {came.GetValueOrDefault(receipt)} came");
            }
        }

        return Show("refunds", books.Refunds.Count, counts);
    }

    private static void CompareOut(
        string name, JsonNode transfer, List<JsonNode> truth, ApiSnapshot books, Dictionary<string, int> counts, List<string> differences)
    {
        var status = (string)transfer["status"]!;
        if (truth.Count > 1)
        {
            differences.Add($"{name} moved {truth.Count} times: {Show(truth)}");
        }
        else if (status is not ("completed" or "failed"))
        {
            if (!books.CannotBeKnown(transfer) || status != "in_doubt")
            {
                differences.Add($"{name} is still {status} ({transfer["doubt"]}), and what moved is {Show(truth)}");
            }

            status = "with a case";
        }
        else if (status == "failed" ? truth.Exists(moved => !HasComeBack(moved)) : truth.Count == 0 || Amount(truth[0]) != Amount(transfer)
            || ((string?)transfer["receipt"] is { } receipt && receipt != (string?)truth[0]["receipt"]))
        {
            differences.Add($"{name} is {transfer.ToJsonString()}, and what moved is {Show(truth)}");
        }

        counts[status] = counts.GetValueOrDefault(status) + 1;
    }

    private static string Kind(JsonNode moved) => (string)moved["kind"]!;

    /// <summary>A payout M-PESA has reversed: failed for who asked, completed for who was told before, and the money is here either way.</summary>
    private static bool HasComeBack(JsonNode moved) => (bool?)moved["reversed"] == true;

    private static decimal Amount(JsonNode thing) => (decimal)thing["amount"]!;

    /// <summary>The OriginatorConversationID B2C is given: our id with dashes.</summary>
    private static string OurId(JsonNode transfer) => Guid.ParseExact(((string)transfer["id"]!).Split('_')[1], "N").ToString();

    private static string Show(List<JsonNode> truth) => truth.Count == 0 ? "nothing" : string.Join(" and ", truth.Select(t => t.ToJsonString()));

    private static string Show(string what, int all, Dictionary<string, int> counts) => string.Create(
        CultureInfo.InvariantCulture,
        $"{all} {what}: {counts.GetValueOrDefault("completed")} completed, {counts.GetValueOrDefault("failed")} failed, {counts.GetValueOrDefault("with a case")} with a case");
}
