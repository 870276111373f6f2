namespace Payments.Tests.Faults;

/// <summary>The table of faults. Those that wait longest for their last answers come first: the others are done meanwhile.</summary>
internal static class Catalogue
{
    private const string Acknowledged = "every 200 is in the inbox once; every payment final and equal to the ledger, or a case";

    public static readonly IReadOnlyList<Scenario> All =
    [
        new("clock", "no wrong expiry, no wrong failure; equal to the ledger", Clock.Run),
        new("lost", "every payment final and equal to the ledger, or a case", Provider.Lost),
        new("restore", "nothing paid twice, nothing untold; equal to the ledger", Restore.Run),
        new("wire", $"{Acknowledged}; back to normal within 30 s", Wire.Run),
        new("kill-postgres", $"{Acknowledged}; no 200 without a durable record; backlog done within 30 s", KillPostgres.Run),
        new("two-and-two", "one effect each; no stuck rows; equal to the ledger", Replicas.TwoAndTwo),
        new("disk-full", "errors are 5xx or none; nothing acknowledged is lost; equal to the ledger", DiskFull.Run),
        new("migration", "one migrates, both end ready", Migration.Run),
        new("shuffled", "exactly one effect, equal to the ledger", Provider.Shuffled),
        new("kill-api", $"{Acknowledged}; backlog done within 30 s", KillApi.Run),
        new("hostile", "good callbacks unaffected (p99 within 2×, or 50 ms); poison parked and visible", Hostile.Run, IsAlone: true),
        new("roles", "callback→paid p50 within 2× of one process, or 50 ms; live events arrive", Replicas.Split, IsAlone: true),
        new("backlog", "drained (full run: faster than 6,000/s), memory bounded", UndoneBacklog.Run, IsAlone: true),
    ];
}
