using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Logging;
using Npgsql;
using Payments.Application.Access;
using Payments.Domain.Common;
using Payments.Infrastructure.Database;

namespace Payments.Infrastructure.Access;

/// <summary>
/// The keys of the database as one process knows them. All are read at once, at most every few seconds and only while requests come:
/// a flood of wrong keys costs at most 20 small queries a second, not one each.
/// </summary>
public sealed partial class ApiKeyCache(ApiKeyRepository keys, TimeProvider time, ILogger<ApiKeyCache> log) : IApiKeyCache, IDisposable
{
    /// <summary>A revoked key opens doors for at most this long.</summary>
    private static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(2);

    /// <summary>A key nobody knows may have been made by another process this very moment: looked for again, but not at any rate.</summary>
    private static readonly TimeSpan Miss = TimeSpan.FromMilliseconds(50);

    private static readonly TimeSpan TouchEvery = TimeSpan.FromMinutes(1);

    private readonly SemaphoreSlim reading = new(1, 1);
    private readonly ConcurrentDictionary<KeyId, long> touched = new();
    private Ring ring = new(new Dictionary<string, ApiKeyRow>(), 0);

    public async Task<ApiKeyRow?> Find(string text, CancellationToken cancellation)
    {
        var hash = Hash(text);
        var known = (await Fresh(Lifetime, cancellation)).Keys.GetValueOrDefault(hash) ?? (await Fresh(Miss, cancellation)).Keys.GetValueOrDefault(hash);
        if (known is not null)
        {
            Note(known.Id);
        }

        return known;
    }

    public bool Knows(string text) => ring.Keys.ContainsKey(Hash(text));

    public void Invalidate() => ring = ring with { ReadAt = 0 };

    public void Dispose() => reading.Dispose();

    private static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    private async Task<Ring> Fresh(TimeSpan age, CancellationToken cancellation)
    {
        if (IsFresh(age))
        {
            return ring;
        }

        await reading.WaitAsync(cancellation);
        try
        {
            if (!IsFresh(age))
            {
                // Every caller waits for this one read, operators too.
                using var purpose = Connections.For(Purpose.Watch);
                var before = time.GetTimestamp();
                ring = new(await keys.LoadValid(cancellation), before);
            }
        }
        finally
        {
            reading.Release();
        }

        return ring;
    }

    private bool IsFresh(TimeSpan age) => ring.ReadAt != 0 && time.GetElapsedTime(ring.ReadAt) < age;

    private void Note(KeyId id)
    {
        var now = time.GetTimestamp();
        var last = touched.GetOrAdd(id, 0);
        if ((last == 0 || time.GetElapsedTime(last, now) >= TouchEvery) && touched.TryUpdate(id, now, last))
        {
            // Not waited for: the caller has no use for it.
            _ = Touch(id);
        }
    }

    private async Task Touch(KeyId id)
    {
        try
        {
            await keys.Touch(id);
        }
        catch (NpgsqlException failure)
        {
            LogNotTouched(failure.Message);
        }
    }

    private sealed record Ring(IReadOnlyDictionary<string, ApiKeyRow> Keys, long ReadAt);

    [LoggerMessage(EventName = "key_use_not_noted", Level = LogLevel.Information, Message = "The last use of a key could not be noted: {Why}")]
    private partial void LogNotTouched(string why);
}
