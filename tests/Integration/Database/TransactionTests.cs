using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Payments.Application.Common;
using Payments.Infrastructure.Database;
using Xunit;

namespace Payments.Tests.Integration;

/// <summary>What Safaricom has said is written down, however long a row is locked or the database restarts.</summary>
public sealed class TransactionTests(Running running) : IClassFixture<Running>
{
    [Fact]
    public async Task What_must_not_be_lost_outlasts_a_lock()
    {
        var host = running.Host;
        var checkout = await host.Checkout(phone: null);
        var transactions = host.Services.GetRequiredService<ITransactions>();
        await using var other = NpgsqlDataSource.Create(host.ConnectionString + ";Search Path=payments");
        await using var holder = await other.OpenConnectionAsync();
        await using var holding = await holder.BeginTransactionAsync();
        await Execute(holder, $"SELECT FROM checkouts WHERE id = '{PayoutCalls.IdOf(checkout)}' FOR UPDATE");
        var runs = 0;
        async Task<int> Work(DateTimeOffset now)
        {
            await using var connection = await host.Services.GetRequiredService<Connections>().OpenConnectionAsync();
            await Execute(connection, "SET LOCAL lock_timeout = '20ms'");
            runs++;
            await Execute(connection, $"UPDATE checkouts SET description = 'written' WHERE id = '{PayoutCalls.IdOf(checkout)}'");
            return runs;
        }

        await Assert.ThrowsAsync<PostgresException>(() => transactions.Run(Work, CancellationToken.None));
        var patient = transactions.RunWithRetry(Work);
        await PaymentsHost.Eventually(() => Task.FromResult(runs > 8), "it has been tried several times");
        await holding.RollbackAsync();

        await patient;
        Assert.Equal("written", (string?)(await host.Get(checkout))["description"]);
    }

    [Fact]
    public async Task What_is_wrong_for_good_is_not_tried_again()
    {
        var transactions = running.Host.Services.GetRequiredService<ITransactions>();
        var runs = 0;

        await Assert.ThrowsAsync<InvalidOperationException>(() => transactions.RunWithRetry<int>(_ => throw new InvalidOperationException($"{++runs}")));

        Assert.Equal(1, runs);
    }

    private static async Task Execute(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
