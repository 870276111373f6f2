using System.Text.Json.Nodes;
using Payments.Application.C2b;
using Xunit;

namespace Payments.Tests.Integration;

/// <summary>
/// A list of Safaricom's is believed only as far as it was read: the mark stays wherever an answer does not say that there is nothing more, the
/// doctor says why, and what came all the same is taken.
/// </summary>
public sealed class PullListTests(TestDatabase databases)
{
    public static TheoryData<string, string> AnswersThatSayNothing => new()
    {
        { """{"hides":true,"empty":"organization"}""", "No records found or Organization Name not available" },
        { """{"hides":true,"empty":"none-500"}""", "does not have any available transactions" },
        { """{"hides":true,"empty":"not-found"}""", "no transaction on G2" },
        { """{"list":"missing"}""", "no list" },
        { """{"list":"null"}""", "could not be read" },
        { """{"list":"unreadable"}""", "could not be read" },
    };

    [Theory]
    [MemberData(nameof(AnswersThatSayNothing))]
    public async Task An_answer_that_may_mean_anything_does_not_move_the_mark_and_the_doctor_says_why(string manners, string words)
    {
        await using var host = await PaymentsHost.Start(databases, PullHost.Granted);
        var checkout = await host.Checkout(phone: null);
        await host.PayByHand(1500, (string)checkout["orderReference"]!);
        await host.PullAnswers(JsonNode.Parse(manners));

        Assert.Equal(0, await host.Send(new PullConfirmations()));

        Assert.Null(await host.Mark());
        var visit = await DoctorRun.To(host, "--no-initiator");
        Assert.Contains((string?)visit.Finding("c2b.pull")["state"], new[] { "warning", "problem" });
        visit.Says("c2b.pull", (string)visit.Finding("c2b.pull")["state"]!, words);

        // What it is to be moved by comes later, and nothing was lost meanwhile.
        await host.PullAnswers();
        Assert.Equal(1, await host.Send(new PullConfirmations()));
        Assert.Equal("paid", (string?)(await host.Get(checkout))["status"]);
        Assert.NotNull(await host.Mark());
        (await DoctorRun.To(host, "--no-initiator")).Says("c2b.pull", "ok");
    }

    [Theory]
    [InlineData("flat", "documented")]
    [InlineData("string", "documented")]
    [InlineData("transaction", "documented")]
    [InlineData("transaction-string", "documented")]
    [InlineData("nested", "organization")]
    [InlineData("nested", "none-500")]
    [InlineData("nested", "not-found")]
    [InlineData("nested", "empty-list")]
    public async Task Rows_are_found_wherever_they_stand_and_the_end_of_their_list_is_known_in_every_form(string list, string empty)
    {
        await using var host = await PaymentsHost.Start(databases, PullHost.Granted);
        await host.PullAnswers(new { list, empty }, pageSize: 2);
        for (var i = 0; i < 3; i++)
        {
            await host.PayByHand(10 + i, $"NOBODY-{i}");
        }

        Assert.Equal(3, await host.Send(new PullConfirmations()));

        Assert.NotNull(await host.Mark());
        Assert.Equal(0L, await host.Sql<long>("SELECT count(*) FROM daraja_apis WHERE api = 'pull'"));
        (await DoctorRun.To(host, "--no-initiator")).Says("c2b.pull", "ok");
    }

    [Fact]
    public async Task A_page_with_one_row_nobody_can_read_gives_the_others_and_stays()
    {
        await using var host = await PaymentsHost.Start(databases, PullHost.Granted);
        await host.PayByHand(10, "NOBODY-1");
        Assert.Equal(1, await host.Send(new PullConfirmations()));
        var before = await host.Mark();
        await host.Age("00:10");
        await host.PayByHand(11, "NOBODY-2");
        await host.PayByHand(12, "NOBODY-3");
        await using var front = await PullFront.Start(host, (_, told) => told.Replace("\"amount\":\"11.00\"", "\"amount\":\"eleven\"", StringComparison.Ordinal));

        Assert.Equal(1, await front.Host.Send(new PullConfirmations()));

        Assert.True(await host.Mark() < before);
        (await DoctorRun.To(front.Host, "--no-initiator")).Says("c2b.pull", "warning", "1 of", "could not be read");
    }

    [Fact]
    public async Task A_quiet_hour_in_words_that_may_mean_anything_is_believed_when_a_longer_time_shows_that_pull_works()
    {
        const string Nothing = """{"ResponseRefID":"1","ResponseCode":"1001","ResponseMessage":"No records found or Organization Name not available","Response":[[]]}""";
        await using var host = await PaymentsHost.Start(databases, PullHost.Granted);
        await host.PayByHand(10, "NOBODY-1");
        Assert.Equal(1, await host.Send(new PullConfirmations()));

        // That payment lies before what is asked for next, so that the time asked for is quiet.
        await host.Sql<int>("UPDATE receipts SET at = at - interval '20 minutes' RETURNING 1");
        var before = await host.Mark();
        await using var front = await PullFront.Start(host, (asked, told) => Hours(asked) < 24 ? Nothing : Earlier(told));

        // The mark has whole seconds.
        await Task.Delay(1100, TestContext.Current.CancellationToken);
        Assert.Equal(0, await front.Host.Send(new PullConfirmations()));

        Assert.True(await host.Mark() > before);
        (await DoctorRun.To(front.Host, "--no-initiator")).Says("c2b.pull", "ok");

        static string Earlier(string told)
        {
            var answer = JsonNode.Parse(told)!;
            foreach (var row in answer["Response"]![0]!.AsArray())
            {
                row!["trxDate"] = DateTime.UtcNow.AddMinutes(-20).ToString("yyyy-MM-ddTHH:mm:ssZ", System.Globalization.CultureInfo.InvariantCulture);
            }

            return answer.ToJsonString();
        }
    }

    [Theory]
    [InlineData("documented")]
    [InlineData("empty-list")]
    public async Task An_empty_list_without_a_payment_we_know_of_is_not_believed(string empty)
    {
        await using var host = await PaymentsHost.Start(databases, PullHost.Granted);
        var token = await host.RegisterC2b();
        var number = PaymentsHost.NewReceipt();
        Assert.Equal("unmatched", await host.Confirm(token, PaybillHost.Body(number, "NOBODY-1")));
        await host.Age("02:00:00");
        await host.Sql<int>("UPDATE receipts SET at = now() - interval '30 minutes' RETURNING 1");
        await host.PullAnswers(new { hides = true, empty });

        Assert.Equal(0, await host.Send(new PullConfirmations()));

        Assert.Null(await host.Mark());
        (await DoctorRun.To(host, "--no-initiator")).Says("c2b.pull", "problem", number, "is not in it");
    }

    [Fact]
    public async Task Two_days_of_nothing_are_no_mere_doubt_when_we_know_of_a_payment_in_them()
    {
        await using var host = await PaymentsHost.Start(databases, PullHost.Granted);
        var number = (string)(await host.PayByHand(10, "NOBODY-1"))["receipt"]!;
        Assert.Equal(1, await host.Send(new PullConfirmations()));
        await host.Age("05:00:00");
        await host.Sql<int>("UPDATE pull_progress SET read_until = now() - interval '10 minutes' RETURNING 1");
        var before = await host.Mark();
        await host.PullAnswers(new { hides = true, empty = "organization" });

        await host.Send(new PullConfirmations());

        Assert.Equal(before, await host.Mark());
        (await DoctorRun.To(host, "--no-initiator")).Says("c2b.pull", "problem", number, "is not in it");
    }

    [Fact]
    public async Task An_empty_500_opens_no_breaker_and_is_not_repeated()
    {
        await using var host = await PaymentsHost.Start(databases, PullHost.Granted, "Daraja:Breaker:LeastCalls=3");
        await host.PullAnswers(new { hides = true, empty = "none-500" });

        for (var i = 0; i < 4; i++)
        {
            await host.Send(new PullConfirmations());
        }

        Assert.Equal(0L, await host.Sql<long>("SELECT count(*) FROM daraja_apis WHERE state = 'open'"));
        Assert.InRange(await host.Pulls(), 4, 24);
        Assert.Equal(1, await host.Registrations());
    }

    private static double Hours(JsonNode asked) => (At(asked["EndDate"]) - At(asked["StartDate"])).TotalHours;

    private static DateTime At(JsonNode? date) => DateTime.ParseExact((string)date!, "yyyy-MM-dd HH:mm:ss", System.Globalization.CultureInfo.InvariantCulture);
}
