namespace Payments.Benchmarks;

/// <summary>One line of the table.</summary>
/// <param name="Name">What is measured.</param>
/// <param name="Value">What came out.</param>
/// <param name="Bound">What has to come out; null for lines that only inform.</param>
/// <param name="AtLeast">True when more is better.</param>
/// <param name="Unit">Of value and bound: empty for ratios.</param>
internal sealed record Figure(string Name, double Value, double? Bound, bool AtLeast, string Unit)
{
    public bool IsMet => Bound is not { } bound || (AtLeast ? Value >= bound : Value < bound);

    public static Figure Info(string name, double value, string unit) => new(name, value, null, true, unit);
}

/// <summary>The middle of measured values.</summary>
internal static class Statistics
{
    public static double Median(IEnumerable<double> values) => Quantile([.. values.Order()], 0.5);

    /// <summary>The nearest-rank quantile of sorted values; NaN of none.</summary>
    public static double Quantile(IReadOnlyList<double> sorted, double q) =>
        sorted.Count == 0 ? double.NaN : sorted[Math.Clamp((int)Math.Ceiling(q * sorted.Count) - 1, 0, sorted.Count - 1)];
}
