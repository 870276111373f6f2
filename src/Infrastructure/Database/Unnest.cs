using Dapper;
using Npgsql;
using Payments.Application.Common;
using Payments.Domain.Common;

namespace Payments.Infrastructure.Database;

/// <summary>
/// Rows that go into one statement as arrays, whatever their number. Each column's name, type and value stand in one line, so that none of them
/// can slip against the others; the parameters have the columns' names.
/// </summary>
/// <typeparam name="T">What a row is made of.</typeparam>
internal sealed class Unnest<T>
{
    private readonly List<(string Name, Func<IEnumerable<T>, Array> Values)> columns = [];

    /// <summary>The columns, for an INSERT that takes them all.</summary>
    public string Names => string.Join(", ", columns.Select(c => c.Name));

    /// <summary>The rows as <c>u</c>, for FROM.</summary>
    public string Rows => $"unnest({string.Join(", ", columns.Select(c => "@" + c.Name))}) AS u ({Names})";

    /// <summary>The rows as <c>u</c> with their place as <c>n</c>.</summary>
    public string NumberedRows => $"unnest({string.Join(", ", columns.Select(c => "@" + c.Name))}) WITH ORDINALITY AS u ({Names}, n)";

    /// <summary>What an UPDATE sets: every column but these, which name the row or are set in another way.</summary>
    public string SetAllBut(params string[] others) => string.Join(", ", columns.Where(c => !others.Contains(c.Name)).Select(c => $"{c.Name} = u.{c.Name}"));

    /// <summary>The values, by the columns' names.</summary>
    public DynamicParameters Parameters(IReadOnlyCollection<T> rows)
    {
        var parameters = new DynamicParameters();
        foreach (var (name, values) in columns)
        {
            parameters.Add(name, values(rows));
        }

        return parameters;
    }

    /// <summary>Changes rows of a table, <c>t</c>, in the state that each of them is to leave.</summary>
    /// <param name="leaves">That state, of <c>t</c>, as <c>u</c> names it: the lock makes a mismatch impossible, the count makes it visible.</param>
    public async Task Update(NpgsqlConnection connection, string table, IReadOnlyCollection<T> rows, string set, string leaves)
    {
        if (rows.Count == 0)
        {
            return;
        }

        var updated = await connection.ExecuteAsync($"UPDATE {table} t SET {set} FROM {Rows} WHERE t.id = u.id AND {leaves}", Parameters(rows));
        if (updated != rows.Count)
        {
            throw new InvalidOperationException($"{rows.Count} rows of {table} were to change, {updated} did: another writer was there without the lock.");
        }
    }

    public Unnest<T> Uuid(string column, Func<T, Guid?> value) => With(column, value);

    public Unnest<T> Uuid<TId>(string column, Func<T, TId> value)
        where TId : struct, IId<TId> => With(column, row => value(row).Value);

    public Unnest<T> Uuid<TId>(string column, Func<T, TId?> value)
        where TId : struct, IId<TId> => With(column, row => value(row)?.Value);

    public Unnest<T> Text(string column, Func<T, string?> value) => With(column, value);

    /// <summary>Text that may come from outside, cut to what the column holds.</summary>
    public Unnest<T> Words(string column, Func<T, string?> value) => With(column, row => DbText.Clip(value(row), DbText.MaxText));

    public Unnest<T> Name<TEnum>(string column, Func<T, TEnum?> value)
        where TEnum : struct, Enum => With(column, row => value(row) is { } known ? EnumNames.Name(known) : null);

    public Unnest<T> Boolean(string column, Func<T, bool?> value) => With(column, value);

    public Unnest<T> Integer(string column, Func<T, int?> value) => With(column, value);

    public Unnest<T> Bigint(string column, Func<T, long?> value) => With(column, value);

    public Unnest<T> Time(string column, Func<T, DateTimeOffset?> value) => With(column, row => value(row)?.UtcDateTime);

    private Unnest<T> With<TValue>(string column, Func<T, TValue> value)
    {
        columns.Add((column, rows => rows.Select(value).ToArray()));
        return this;
    }
}
