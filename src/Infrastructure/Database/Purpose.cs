namespace Payments.Infrastructure.Database;

/// <summary>What a connection to the database is for. Each purpose has a pool of its own: a crowd at one never empties another.</summary>
public enum Purpose
{
    /// <summary>Jobs, rounds and whatever outlives its request; also what nobody said otherwise of.</summary>
    Jobs,

    /// <summary>Storing callbacks, from the wire and from the spool, with their jobs: it must never wait for anything else.</summary>
    Inbox,

    /// <summary>Understanding stored callbacks.</summary>
    Drain,

    /// <summary>Requests of shops and shoppers under <c>/api</c>.</summary>
    Requests,

    /// <summary>Operators: their pages, the dashboard's gate, <c>/api/ops</c>.</summary>
    Operators,

    /// <summary>Hangfire's own queries, where they are not part of a transaction of ours.</summary>
    Hangfire,

    /// <summary>Reading the feed for webhooks and writing down what was told: many of them far behind keep nothing else waiting.</summary>
    Webhooks,

    /// <summary>Small looks that others rely on: health, metrics, keys, notifications, the look-up for a C2B validation.</summary>
    Watch,
}
