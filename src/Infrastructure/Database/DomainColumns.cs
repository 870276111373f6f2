using System.Data;
using System.Reflection;
using Dapper;
using Payments.Domain.Common;

namespace Payments.Infrastructure.Database;

/// <summary>
/// Teaches Dapper every kind of id, receipt numbers, and arrays of them: PostgreSQL is given <c>uuid</c>, <c>uuid[]</c>, <c>text</c> and
/// <c>text[]</c>.
/// </summary>
internal static class DomainColumns
{
    private static readonly MethodInfo Generic = typeof(DomainColumns).GetMethod(nameof(AddId), BindingFlags.Static | BindingFlags.NonPublic)!;

    public static void AddAll()
    {
        Add<ReceiptNumber, string>(DbType.String, number => number.Value, text => new(text));

        // Found, not listed: one that nobody had registered would fail when its first statement runs.
        foreach (var type in typeof(IId<>).Assembly.GetTypes().Where(type => type.IsValueType && IsId(type)))
        {
            Generic.MakeGenericMethod(type).Invoke(null, null);
        }
    }

    private static bool IsId(Type type) => type.GetInterfaces().Any(i => i.IsGenericType && i.GetGenericTypeDefinition() == typeof(IId<>));

    private static void AddId<T>()
        where T : struct, IId<T> => Add<T, Guid>(DbType.Guid, id => id.Value, T.From);

    private static void Add<T, TColumn>(DbType column, Func<T, TColumn> write, Func<TColumn, T> read)
        where T : struct
    {
        SqlMapper.AddTypeHandler(typeof(T), new One<T, TColumn>(column, write, read));
        SqlMapper.AddTypeHandler(typeof(T[]), new Many<T, TColumn>(write, read));
    }

    private sealed class One<T, TColumn>(DbType column, Func<T, TColumn> write, Func<TColumn, T> read) : SqlMapper.ITypeHandler
        where T : struct
    {
        /// <summary>A column read by itself comes as it is, null too.</summary>
        public object? Parse(Type destinationType, object value) => value is DBNull ? null : read((TColumn)value);

        public void SetValue(IDbDataParameter parameter, object value)
        {
            // Null, too, goes as what it is.
            parameter.DbType = column;
            parameter.Value = value is T some ? write(some) : DBNull.Value;
        }
    }

    private sealed class Many<T, TColumn>(Func<T, TColumn> write, Func<TColumn, T> read) : SqlMapper.ITypeHandler
        where T : struct
    {
        private readonly Converter<T, TColumn> write = new(write);
        private readonly Converter<TColumn, T> read = new(read);

        public object? Parse(Type destinationType, object value) => value is DBNull ? null : Array.ConvertAll((TColumn[])value, read);

        public void SetValue(IDbDataParameter parameter, object value) => parameter.Value = value is T[] some ? Array.ConvertAll(some, write) : DBNull.Value;
    }
}
