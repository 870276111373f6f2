using System.Globalization;

namespace Payments.Tests.Unit;

/// <summary>
/// How many made-up lives and bodies are played: few on every save, many where <c>tests/System</c> asks for them by these variables, more by hand.
/// </summary>
internal static class Counts
{
    /// <summary>Lives of the simulation (<c>PAYMENTS_SIMULATION_LIVES</c>).</summary>
    public static int Lives { get; } = Asked("PAYMENTS_SIMULATION_LIVES") ?? 200;

    /// <summary>Bodies of each fuzz test (<c>PAYMENTS_FUZZ_CASES</c>).</summary>
    public static int FuzzCases { get; } = Asked("PAYMENTS_FUZZ_CASES") ?? 2000;

    /// <summary>A number somebody set, or null.</summary>
    public static int? Asked(string variable) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), CultureInfo.InvariantCulture, out var number) ? number : null;
}
