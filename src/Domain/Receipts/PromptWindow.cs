namespace Payments.Domain.Receipts;

/// <summary>
/// When a payment may be that of a prompt (R7). M-PESA's clock says when it moved and PostgreSQL's when the prompt went out, and the two
/// may differ: within the window they are joined, outside it a payment that agrees in everything else is held and a person compares. Nothing
/// is declared surplus, and so given back, because of what a clock says.
/// </summary>
public static class PromptWindow
{
    /// <summary>A prompt cannot be paid before it went out; two minutes are what clocks differ in the ordinary way.</summary>
    public static readonly TimeSpan Before = TimeSpan.FromMinutes(2);

    /// <summary>It rings for one to three minutes (<c>Attempt.PromptLifetime</c>), and two more for the clocks.</summary>
    public static readonly TimeSpan After = TimeSpan.FromMinutes(5);

    /// <summary>
    /// How far a till's payment, which names no order, is looked for when clocks differ: a wrong time zone is a few hours. A payment that
    /// names the order needs no limit.
    /// </summary>
    public static readonly TimeSpan Astray = TimeSpan.FromDays(1);

    /// <summary>True when money that moved at <paramref name="at"/> may be that of a prompt of <paramref name="startedAt"/>.</summary>
    public static bool Holds(DateTimeOffset at, DateTimeOffset startedAt) => at >= startedAt - Before && at <= startedAt + After;

    /// <summary>True when only clocks that differ by <see cref="Astray"/> or more would make it another one.</summary>
    public static bool MayHold(DateTimeOffset at, DateTimeOffset startedAt) => (at - startedAt).Duration() <= Astray;
}
