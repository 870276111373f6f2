using Payments.Infrastructure.Hosting;

namespace Payments.Infrastructure.Database;

/// <summary>
/// How many connections each purpose may have open at once in one process. The default of a whole deployment (two API processes and a worker: 91)
/// leaves PostgreSQL's own 100 room for a person and a backup.
/// </summary>
public sealed class ConnectionBudget
{
    /// <summary>By purpose: the least it works with in a pool of its own, and what it has when nothing is configured, in an API, in a worker, in both.</summary>
    private static readonly Line[] Shares =
    [
        // One writer and the spool's drain; what they gave up at their deadline still holds one for a while.
        new(Purpose.Inbox, new(2, 4), Share.None, new(2, 4)),

        // Two workers, the bell and the sweeper.
        new(Purpose.Drain, Share.None, new(2, 4), new(2, 4)),

        // Each holds one for some milliseconds: more would only make PostgreSQL's cores change between them.
        new(Purpose.Requests, new(2, 10), new(1, 1), new(2, 10)),
        new(Purpose.Operators, new(1, 3), new(1, 2), new(1, 3)),

        // Migrations need three at once. A worker sends and asks with twelve jobs and two rounds of eight.
        new(Purpose.Jobs, new(3, 5), new(4, 12), new(4, 12)),
        new(Purpose.Hangfire, new(1, 2), new(3, 6), new(3, 6)),

        // Reading and writing are short, sending takes none: two serve as many webhooks as there are.
        new(Purpose.Webhooks, Share.None, new(1, 2), new(1, 2)),

        // One or two listen all the time.
        new(Purpose.Watch, new(3, 6), new(3, 4), new(3, 7)),
    ];

    private readonly Dictionary<Purpose, int> sizes;

    private ConnectionBudget(Dictionary<Purpose, int> sizes) => this.sizes = sizes;

    /// <summary>The largest number of connections of one process.</summary>
    public int Total => sizes.Values.Sum();

    /// <summary>How many a purpose may have; 0 where the process has no pool for it, and then <see cref="Purpose.Jobs"/> serves it.</summary>
    public int Of(Purpose purpose) => sizes.GetValueOrDefault(purpose);

    /// <summary>Connections a process needs to do its work at all: those it keeps for LISTEN, and one for each thing that must not wait for another.</summary>
    public static int Min(Roles roles) => roles switch
    {
        Roles.None => 1,
        Roles.Api => 5,
        Roles.Worker => 6,

        // Some of it is needed for a moment only, by one or the other.
        _ => 10,
    };

    /// <summary>How many a process with these roles has when the operator does not say.</summary>
    public static int Usual(Roles roles) => Shares.Sum(share => share.Of(roles).Usual);

    /// <summary>
    /// Divides what a process may have. Fewer than the usual number are taken from all alike, more go to requests, or to jobs where the process takes
    /// none. Where there are not enough for every purpose to work in its own, only the inbox has one, and the others share the rest.
    /// </summary>
    public static ConnectionBudget For(Roles roles, int total)
    {
        var shares = Shares.Where(share => share.Of(roles).Usual > 0).ToDictionary(share => share.Purpose, share => share.Of(roles));
        var (least, usual) = (shares.Values.Sum(share => share.Min), shares.Values.Sum(share => share.Usual));
        if (total < least)
        {
            return new(shares.TryGetValue(Purpose.Inbox, out var inbox) && total > inbox.Min
                ? new() { [Purpose.Inbox] = inbox.Min, [Purpose.Jobs] = total - inbox.Min } : new() { [Purpose.Jobs] = total });
        }

        var sizes = shares.ToDictionary(
            share => share.Key, share => share.Value.Min + ((share.Value.Usual - share.Value.Min) * Math.Min(total - least, usual - least) / (usual - least)));

        // What is above the usual number, and what rounding down left over.
        sizes[roles.HasFlag(Roles.Worker) && !roles.HasFlag(Roles.Api) ? Purpose.Jobs : Purpose.Requests] += total - sizes.Values.Sum();
        return new(sizes);
    }

    private sealed record Line(Purpose Purpose, Share Api, Share Worker, Share Both)
    {
        /// <summary>A command has no role; what it needs is what an API has.</summary>
        public Share Of(Roles roles) => roles switch
        {
            Roles.Api | Roles.Worker => Both,
            Roles.Worker => Worker,
            _ => Api,
        };
    }

    private readonly record struct Share(int Min, int Usual)
    {
        public static readonly Share None = new(0, 0);
    }
}
