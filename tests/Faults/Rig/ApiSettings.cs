using System.Security.Cryptography;
using System.Text;

namespace Payments.Tests.Faults;

/// <summary>The environment of an API or simulator process of the rig. Its keys open nothing else.</summary>
internal static class ApiSettings
{
    /// <summary>A key with every scope.</summary>
    public const string Key = "sk_faults_all";

    // Questions come at once and give up within the run; a failed prompt is believed after 60 s whatever is configured.
    private const string Schedule = "00:00:03 00:00:05 00:00:10 00:00:20 00:00:30 00:00:30";

    // A busy day's lost callbacks in a minute: at ten questions a second the run would wait for its turn and show nothing else.
    private const string QuestionsPerSecond = "50";

    private static readonly Dictionary<string, string> Account = new()
    {
        ["ConsumerKey"] = "local-consumer-key",
        ["ConsumerSecret"] = "local-consumer-secret",
        ["Shortcode"] = "174379",
        ["Passkey"] = "local-passkey",
    };

    /// <summary>What an API needs to know; <paramref name="more"/> is laid over it.</summary>
    public static Dictionary<string, string> Api(
        Uri listen, Uri publicUrl, Uri simulator, string connectionString, string? spool, params (string Name, string Value)[] more)
    {
        var settings = Account.ToDictionary(entry => $"Daraja__{entry.Key}", entry => entry.Value);
        settings["ASPNETCORE_URLS"] = listen.ToString();
        settings["ConnectionStrings__Payments"] = connectionString;
        settings["Daraja__Environment"] = "Simulator";
        settings["Daraja__BaseUrl"] = simulator.ToString();
        settings["Callbacks__PublicBaseUrl"] = publicUrl.ToString();
        settings["Callbacks__Secrets__0"] = Convert.ToBase64String(SHA256.HashData("faults"u8));
        // The rig's load comes from where Safaricom would: what strangers may send is another test's business.
        settings["Callbacks__AllowedNetworks__0"] = "127.0.0.0/8";
        settings["ApiKeys__0__Client"] = "faults";
        settings["ApiKeys__0__Hash"] = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Key)));
        settings["ApiKeys__0__Scopes"] = "checkouts,payouts,ops";
        settings["Limits__PromptsPerPhone"] = "1000";
        settings["Reconciliation__PendingSchedule"] = Schedule;
        settings["Reconciliation__UnknownSchedule"] = Schedule;
        settings["Reconciliation__TransferSchedule"] = Schedule;
        settings["Reconciliation__DoubtSchedule"] = Schedule;
        settings["Reconciliation__LastAnswer"] = "00:00:05";
        settings["Reconciliation__UnaskedRetry"] = "00:00:03";
        settings["Reconciliation__ForgottenAfter"] = "00:00:10";
        // A question whose asker died, or could not write its answer, is taken up again within the run as well.
        settings["Reconciliation__Lease"] = "00:00:30";
        settings["Reconciliation__QuestionsPerSecond"] = QuestionsPerSecond;
        settings["Reconciliation__QuestionBurst"] = QuestionsPerSecond;
        settings["Daraja__NominatedNumber"] = "254708374149";
        settings["C2B__PullEvery"] = "00:00:10";
        if (spool is not null)
        {
            settings["Spool__Path"] = spool;
        }

        foreach (var (name, value) in more)
        {
            settings[name] = value;
        }

        return settings;
    }

    /// <summary>What the simulator needs to know.</summary>
    public static Dictionary<string, string> Simulator(Uri listen, int seed, string? certificate = null)
    {
        var settings = Account.ToDictionary(entry => $"Simulator__{entry.Key}", entry => entry.Value);
        settings["ASPNETCORE_URLS"] = listen.ToString();
        settings["Simulator__DelayMs"] = "300";
        if (certificate is not null)
        {
            settings["Simulator__CertificatePath"] = certificate;
        }

        settings["Simulator__Seed"] = seed.ToString(System.Globalization.CultureInfo.InvariantCulture);
        return settings;
    }
}
