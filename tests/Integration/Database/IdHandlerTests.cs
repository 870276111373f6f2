using System.Reflection;
using Dapper;
using Microsoft.Extensions.DependencyInjection;
using Payments.Domain.Common;
using Payments.Infrastructure.Database;
using Xunit;

namespace Payments.Tests.Integration;

/// <summary>Whatever kind an id is of, PostgreSQL has a <c>uuid</c>.</summary>
public sealed class IdHandlerTests(Running running) : IClassFixture<Running>
{
    public static TheoryData<Type> Kinds =>
        [.. typeof(IId<>).Assembly.GetTypes().Where(t => t.IsValueType && t.GetInterfaces().Any(i => i.IsGenericType && i.GetGenericTypeDefinition() == typeof(IId<>)))];

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task An_id_goes_and_comes_alone_as_null_and_in_an_array(Type kind) => await (Task)typeof(IdHandlerTests)
        .GetMethod(nameof(GoesAndComes), BindingFlags.NonPublic | BindingFlags.Instance)!.MakeGenericMethod(kind).Invoke(this, null)!;

    private async Task GoesAndComes<T>()
        where T : struct, IId<T>
    {
        await using var connection = await running.Host.Services.GetRequiredService<Connections>().OpenConnectionAsync();
        var (id, other) = (T.From(Guid.NewGuid()), T.From(Guid.NewGuid()));

        Assert.Equal(("uuid", "uuid", "uuid[]"), await connection.QuerySingleAsync<(string, string, string)>(
            "SELECT pg_typeof(@id)::text, pg_typeof(@none)::text, pg_typeof(@ids)::text", new { id, none = (T?)null, ids = new[] { id } }));
        Assert.Equal(id.Value, await connection.QuerySingleAsync<Guid>("SELECT @id", new { id }));
        Assert.Equal(id, await connection.QuerySingleAsync<T>("SELECT @id", new { id }));
        Assert.Equal(id, await connection.QuerySingleAsync<T?>("SELECT @id", new { id = (T?)id }));
        Assert.Null(await connection.QuerySingleAsync<T?>("SELECT @id", new { id = (T?)null }));
        Assert.Equal((other, "other"), await connection.QuerySingleAsync<(T, string)>(
            "SELECT id, 'other' FROM unnest(@ids) u (id) WHERE id <> @id AND id = ANY (@ids)", new { id, ids = new[] { id, other } }));
        Assert.Equal(new Row<T>(id, null), await connection.QuerySingleAsync<Row<T>>("SELECT @id AS id, NULL::uuid AS of", new { id }));
    }

    private sealed record Row<T>(T Id, T? Of)
        where T : struct;
}
