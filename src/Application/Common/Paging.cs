using System.Globalization;
using FluentValidation;
using Payments.Application.Checkouts;

namespace Payments.Application.Common;

/// <summary>Lists that are newest first and read on from where they stopped.</summary>
public static class Paging
{
    /// <summary>Rows on a page nobody sized; the most is 100, so that one request stays a small one.</summary>
    public const int DefaultLimit = 25;

    /// <summary>Reads a cursor; null for none or for a broken one (validators refuse that first).</summary>
    public static Cursor? Read(string? cursor)
    {
        var parts = cursor?.Split('-');
        return parts is [var ticks, var id] && long.TryParse(ticks, NumberStyles.None, CultureInfo.InvariantCulture, out var t)
            && t <= DateTimeOffset.MaxValue.Ticks && Guid.TryParseExact(id, "N", out var guid)
            ? new(new DateTimeOffset(t, TimeSpan.Zero), guid)
            : null;
    }

    /// <summary>Makes a page of up to <paramref name="limit"/> out of rows read with one more than that.</summary>
    public static Page<TView> Page<TRow, TView>(IReadOnlyList<TRow> rows, int limit, Func<TRow, Cursor> place, Func<TRow, TView> view)
    {
        var next = rows.Count > limit ? place(rows[limit - 1]) : null;
        return new([.. rows.Take(limit).Select(view)], next is null ? null : $"{next.At.UtcTicks}-{next.Id:N}");
    }

    /// <summary>The rule for <c>limit</c>.</summary>
    public static IRuleBuilderOptions<T, int?> PageLimit<T>(this IRuleBuilder<T, int?> rule) =>
        rule.Must(limit => limit is null or (>= 1 and <= 100)).WithMessage("Give 1 to 100.");

    /// <summary>The rule for <c>cursor</c>.</summary>
    public static IRuleBuilderOptions<T, string?> PageCursor<T>(this IRuleBuilder<T, string?> rule) =>
        rule.Must(cursor => cursor is null || Read(cursor) is not null).WithMessage("Give a nextCursor as this list gave it.");
}
