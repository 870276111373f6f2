using System.Reflection;
using Dapper;
using Microsoft.Extensions.DependencyInjection;
using Payments.Domain.Common;
using Payments.Infrastructure.Database;
using Xunit;

namespace Payments.Tests.Integration;

/// <summary>Whatever kind an id is of, PostgreSQL has a <c>uuid</c>; a receipt number is <c>text</c>.</summary>
public sealed class DomainColumnTests(Running running) : IClassFixture<Running>
{
    public static TheoryData<Type> Kinds =>
        [.. typeof(IId<>).Assembly.GetTypes().Where(t => t.IsValueType && t.GetInterfaces().Any(i => i.IsGenericType && i.GetGenericTypeDefinition() == typeof(IId<>)))];

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task An_id_goes_and_comes_alone_as_null_and_in_an_array(Type kind) => await (Task)typeof(DomainColumnTests)
        .GetMethod(nameof(GoesAndComes), BindingFlags.NonPublic | BindingFlags.Instance)!.MakeGenericMethod(kind).Invoke(this, null)!;

    [Fact]
    public async Task A_receipt_number_goes_and_comes_alone_as_null_and_in_an_array()
    {
        await using var connection = await running.Host.Services.GetRequiredService<Connections>().OpenConnectionAsync();
        var (number, other) = (new ReceiptNumber("UGA7RT61SV"), new ReceiptNumber("uga7rt61sv"));

        Assert.Equal(("text", "text", "text[]"), await connection.QuerySingleAsync<(string, string, string)>(
            "SELECT pg_typeof(@number)::text, pg_typeof(@none)::text, pg_typeof(@numbers)::text", new { number, none = (ReceiptNumber?)null, numbers = new[] { number } }));
        Assert.Equal(number, await connection.QuerySingleAsync<ReceiptNumber>("SELECT @number", new { number }));
        Assert.Null(await connection.QuerySingleAsync<ReceiptNumber?>("SELECT @number", new { number = (ReceiptNumber?)null }));
        Assert.Equal((other, 1), await connection.QuerySingleAsync<(ReceiptNumber, int)>(
            "SELECT number, 1 FROM unnest(@numbers) u (number) WHERE number <> @number AND number = ANY (@numbers)", new { number, numbers = new[] { number, other } }));
        Assert.Equal(new Row<ReceiptNumber>(number, null), await connection.QuerySingleAsync<Row<ReceiptNumber>>("SELECT @number AS id, NULL::text AS of", new { number }));
    }

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
