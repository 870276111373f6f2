using System.Data;
using System.Reflection;
using Dapper;
using Payments.Domain.Common;

namespace Payments.Infrastructure.Database;

/// <summary>Teaches Dapper every kind of id, and arrays of them: PostgreSQL is given <c>uuid</c> and <c>uuid[]</c>.</summary>
internal static class IdHandlers
{
    private static readonly MethodInfo Generic = typeof(IdHandlers).GetMethod(nameof(Add), BindingFlags.Static | BindingFlags.NonPublic)!;

    /// <summary>Found, not listed: one that nobody had registered would fail when its first statement runs.</summary>
    public static void AddAll()
    {
        foreach (var type in typeof(IId<>).Assembly.GetTypes().Where(type => type.IsValueType && IsId(type)))
        {
            Generic.MakeGenericMethod(type).Invoke(null, null);
        }
    }

    private static bool IsId(Type type) => type.GetInterfaces().Any(i => i.IsGenericType && i.GetGenericTypeDefinition() == typeof(IId<>));

    private static void Add<T>()
        where T : struct, IId<T>
    {
        SqlMapper.AddTypeHandler(typeof(T), new One<T>());
        SqlMapper.AddTypeHandler(typeof(T[]), new Many<T>());
    }

    private sealed class One<T> : SqlMapper.ITypeHandler
        where T : struct, IId<T>
    {
        /// <summary>A column read by itself comes as it is, null too.</summary>
        public object? Parse(Type destinationType, object value) => value is DBNull ? null : T.From((Guid)value);

        public void SetValue(IDbDataParameter parameter, object value)
        {
            // Null, too, goes as what it is.
            parameter.DbType = DbType.Guid;
            parameter.Value = value is T id ? id.Value : DBNull.Value;
        }
    }

    private sealed class Many<T> : SqlMapper.ITypeHandler
        where T : struct, IId<T>
    {
        public object? Parse(Type destinationType, object value) => value is DBNull ? null : Array.ConvertAll((Guid[])value, T.From);

        public void SetValue(IDbDataParameter parameter, object value) => parameter.Value = value is T[] ids ? Array.ConvertAll(ids, id => id.Value) : DBNull.Value;
    }
}
