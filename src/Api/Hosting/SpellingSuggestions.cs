namespace Payments.Api.Hosting;

/// <summary>What somebody meant who mistyped a name.</summary>
internal static class SpellingSuggestions
{
    /// <summary>A slip of the fingers or two; beyond that it is a guess.</summary>
    private const int MaxSlips = 3;

    /// <summary>The name that the given one is a slip away from, whatever the case and the marks between its words; null when none is.</summary>
    public static string? Nearest(string given, IEnumerable<string> names)
    {
        var plain = Plain(given);
        return names.Select(name => (name, Distance: Distance(Plain(name), plain)))
            .Where(near => near.Distance <= Math.Min(MaxSlips, plain.Length / 2)).OrderBy(near => near.Distance).Select(near => near.name).FirstOrDefault();
    }

    private static string Plain(string name) => name.Replace("_", "", StringComparison.Ordinal).Replace("-", "", StringComparison.Ordinal).ToUpperInvariant();

    /// <summary>Levenshtein's: how many characters have to change.</summary>
    private static int Distance(string a, string b)
    {
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                (diagonal, row[j]) = (row[j], Math.Min(Math.Min(row[j] + 1, row[j - 1] + 1), diagonal + (a[i - 1] == b[j - 1] ? 0 : 1)));
            }
        }

        return row[b.Length];
    }
}
