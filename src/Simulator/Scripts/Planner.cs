namespace Payments.Simulator;

/// <summary>
/// Decides what becomes of a request: a script for its party, else one for its API, else the hand that holds the phone or its digits, with what is
/// switched on beside the phone, shaken by chance.
/// </summary>
internal sealed class Planner(ScriptStore scripts, SettingsStore settings, Chance chance, HeldPhones held, FaultSwitches switches)
{
    // What customers usually fail for, for the fault rig.
    private static readonly Outcome[] UsualFailures =
        [Outcomes.Cancelled, Outcomes.Unreachable, Outcomes.InsufficientFunds, Outcomes.WrongPin, Outcomes.Expired];

    /// <summary>The plan for one request; spends one use of a script. <paramref name="party"/> is the phone or shortcode it is about, or empty.</summary>
    public Plan For(Api api, string party) => For(api.Name, party);

    public Plan For(string api, string party) =>
        (party.Length > 0 ? scripts.Take(ScriptStore.Phone(party), api) : null)
        ?? scripts.Take(ScriptStore.ForApi(api), api)
        ?? ApplyRandomFaults(switches.Over(Unscripted(api, party), api, party), $"{api}:{party}");

    /// <summary>For requests that move no money and concern no phone: by script for the API, or plainly answered.</summary>
    public Plan ForQuestion(Api api) => scripts.Take(ScriptStore.ForApi(api.Name), api.Name) ?? new Plan();

    /// <summary>For status and balance: by script for the API, else shaken, but never failed: a question has no customer to say no.</summary>
    public Plan ForCommand(Api api) => scripts.Take(ScriptStore.ForApi(api.Name), api.Name) ?? ApplyRandomFaults(new Plan(), api.Name, mayFail: false);

    // In somebody's hand a phone rings until he answers, and pays what he tells it to; money that is sent to it comes as ever.
    private Plan Unscripted(string api, string party) =>
        (api != Api.Stk.Name && api != "c2b") || !held.IsHeld(party) ? Digits.Of(party)
        : api == "c2b" ? new()
        : new() { Outcome = Outcomes.Ringing };

    private Plan ApplyRandomFaults(Plan plan, string key, bool mayFail = true)
    {
        var rates = settings.Current.Rates;
        if (rates == new Rates { Seed = rates.Seed, LateMs = rates.LateMs } || plan.RingsOn)
        {
            return plan;
        }

        var random = chance.For(key);
        // One number for each question, asked in the same order: changing one rate leaves the other choices as they were.
        var (refuse, fail, lose, cut, contradict, duplicate, early, malform) =
            (random.NextDouble(), random.NextDouble(), random.NextDouble(), random.NextDouble(),
             random.NextDouble(), random.NextDouble(), random.NextDouble(), random.NextDouble());

        if (refuse < rates.Refuse)
        {
            plan = plan with { Error = "spike-arrest" };
        }

        // What rings, somebody answers.
        if (fail < rates.Fail && mayFail && !plan.Outcome.Rings)
        {
            plan = plan with { Outcome = UsualFailures[random.Next(UsualFailures.Length)], FirstSays = null };
        }

        if (cut < rates.LoseReply)
        {
            plan = plan with { Reply = "lost" };
        }

        if (early < rates.BeforeReply)
        {
            plan = plan with { BeforeReply = true };
        }

        var copies = plan.Copies.ToList();
        if (duplicate < rates.Duplicate && copies.Count > 0)
        {
            copies.AddRange(Enumerable.Repeat(copies[0], random.Next(1, 5)));
        }

        if (contradict < rates.Contradict)
        {
            // Half of them before the truth, where there is one to come.
            if (plan.Outcome.Paid && random.Next(2) == 0)
            {
                plan = plan with { FirstSays = Outcomes.Unreachable };
            }
            else
            {
                copies.Add(new(TimeSpan.FromMilliseconds(random.Next(200)), CopyKind.Contradiction));
            }
        }

        if (lose < rates.LoseCallback)
        {
            copies = [];
        }
        else if (malform < rates.MalformCallback)
        {
            copies = [new(TimeSpan.Zero, CopyKind.Malformed)];
        }

        if (rates.OddBody > 0 && random.NextDouble() < rates.OddBody)
        {
            var form = Bodies.Readable[random.Next(Bodies.Readable.Length)];
            copies = [.. copies.Select(c => c with { Form = c.Kind == CopyKind.Malformed ? null : form })];
        }

        if (rates.ReversePayout > 0 && random.NextDouble() < rates.ReversePayout)
        {
            plan = plan with { ReversedAfterMs = random.Next(2000) };
        }

        if (rates.ShuffleMs > 0)
        {
            copies = [.. copies.Select(c => c with { After = c.After + TimeSpan.FromMilliseconds(random.Next(rates.ShuffleMs)) })];
        }

        return plan with { Copies = copies };
    }
}
