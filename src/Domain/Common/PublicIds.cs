namespace Payments.Domain.Common;

/// <summary>An id that cannot be taken for another kind's.</summary>
public interface IId<TSelf> : IComparable<TSelf>
    where TSelf : struct, IId<TSelf>
{
    static abstract TSelf From(Guid value);

    Guid Value { get; }

    /// <summary>PostgreSQL's order of UUIDs: rows are locked in it.</summary>
    int IComparable<TSelf>.CompareTo(TSelf other) => Value.CompareTo(other.Value);
}

/// <summary>An id that is told to the outside: as a prefix that says what it is, then 32 hex digits, which is what <c>ToString</c> gives.</summary>
public interface IPublicId<TSelf> : IId<TSelf>
    where TSelf : struct, IPublicId<TSelf>
{
    /// <summary>No two kinds have the same.</summary>
    static abstract string Prefix { get; }
}

/// <summary>The text of public ids: its one writer and its one reader.</summary>
public static class PublicIds
{
    /// <summary>For who learns only as it runs what an id is of; everyone else asks the id.</summary>
    public static string Text(string prefix, Guid value) => prefix + value.ToString("N");

    extension<T>(T)
        where T : struct, IPublicId<T>
    {
        /// <summary>Reads an id of exactly this kind; false for anything else.</summary>
#pragma warning disable CA1000 // They are called on the id, not on this class.
        public static bool TryParse(string? text, out T id)
        {
            id = default;
            if (text is null || !text.StartsWith(T.Prefix, StringComparison.Ordinal)
                || !Guid.TryParseExact(text.AsSpan(T.Prefix.Length), "N", out var value))
            {
                return false;
            }

            id = T.From(value);
            return true;
        }

        /// <summary>Reads an id this service wrote itself.</summary>
        /// <exception cref="FormatException">It is no such id.</exception>
        public static T Parse(string text) => TryParse<T>(text, out var id) ? id : throw new FormatException($"'{text}' is no id with {T.Prefix} in front.");
#pragma warning restore CA1000
    }
}
