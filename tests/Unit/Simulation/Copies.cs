using System.Collections.Concurrent;
using System.Reflection;
using Payments.Domain.Checkouts;
using Payments.Domain.Common;
using Payments.Domain.Receipts;
using Payments.Domain.Refunds;
using Payments.Domain.Requests;
using Payments.Domain.Transfers;

namespace Payments.Tests.Unit;

/// <summary>Copies of rows, as a database gives them: what is loaded and not saved changes nothing.</summary>
internal static class Copies
{
    private static readonly Func<object, object> Shallow =
        typeof(object).GetMethod("MemberwiseClone", BindingFlags.Instance | BindingFlags.NonPublic)!.CreateDelegate<Func<object, object>>();

    private static readonly ConcurrentDictionary<Type, FieldInfo[]> Lists = new();
    private static readonly ConcurrentDictionary<(Type, string), PropertyInfo> Properties = new();
    private static readonly FieldInfo LoadedVersion = Field(typeof(Checkout), nameof(Checkout.OriginalVersion));
    private static readonly FieldInfo LoadedStatus = Field(typeof(Transfer), nameof(Transfer.OriginalStatus));
    private static readonly FieldInfo Changes = Own(typeof(Transfer), "state");
    private static readonly FieldInfo Request = Own(typeof(Transfer), "request");
    private static readonly FieldInfo Waiting = Own(typeof(Transfer), "wait");
    private static readonly FieldInfo Source = Own(typeof(Refund), "source");
    private static readonly FieldInfo LoadedSource = Field(typeof(Refund), nameof(Refund.LoadedSource));

    private static readonly FieldInfo Rivals = Field(typeof(Receipt), nameof(Receipt.Rivals));

    public static Attempt Of(Attempt attempt)
    {
        var copy = (Attempt)Shallow(attempt);
        return copy.Set(nameof(Attempt.State), EntityState.None);
    }

    /// <summary>Writes another state of the request into a row, as an UPDATE would.</summary>
    public static Attempt Become(this Attempt row, Func<ProviderRequest, ProviderRequest> next) => row.Set(nameof(Attempt.Request), next(row.Request));

    public static Receipt Of(Receipt receipt)
    {
        var copy = Emptied(receipt);
        return copy.Set(nameof(Receipt.State), EntityState.None);
    }

    /// <summary>Writes into a row what the domain lets nobody change, as an UPDATE would.</summary>
    public static T Set<T>(this T row, string property, object? value)
        where T : class
    {
        Properties.GetOrAdd((row.GetType(), property), key => key.Item1.GetProperty(key.Item2)!).SetValue(row, value);
        return row;
    }

    public static Receipt Of(Receipt receipt, IEnumerable<Msisdn?> rivals)
    {
        var copy = Of(receipt);
        Rivals.SetValue(copy, (Msisdn?[])[.. rivals]);
        return copy;
    }

    public static T Of<T>(T transfer)
        where T : Transfer
    {
        var copy = Emptied(transfer);
        Changes.SetValue(copy, EntityState.None);
        LoadedStatus.SetValue(copy, copy.Status);
        if (copy is Refund refund)
        {
            LoadedSource.SetValue(copy, refund.Source);
        }

        return copy;
    }

    /// <summary>A row as another writer than the domain leaves it.</summary>
    public static Transfer Changed(Transfer transfer, Func<ProviderRequest, ProviderRequest>? request = null, Func<SendWait, SendWait>? waiting = null, RefundSource? source = null)
    {
        var copy = Of(transfer);
        Request.SetValue(copy, request?.Invoke(copy.Request) ?? copy.Request);
        Waiting.SetValue(copy, waiting?.Invoke(copy.Waiting) ?? copy.Waiting);
        if (copy is Refund refund && source is not null)
        {
            Source.SetValue(refund, source);
        }

        LoadedStatus.SetValue(copy, copy.Status);
        return copy;
    }

    /// <summary>The checkout's own row, without attempts, receipts and refunds.</summary>
    public static Checkout Of(Checkout checkout)
    {
        var copy = Emptied(checkout);
        LoadedVersion.SetValue(copy, copy.Version);
        return copy;
    }

    /// <summary>Lists hold other rows, or what is told once: a copy begins without.</summary>
    private static T Emptied<T>(T row)
        where T : class
    {
        var copy = (T)Shallow(row);
        foreach (var list in Lists.GetOrAdd(row.GetType(), FindLists))
        {
            list.SetValue(copy, Activator.CreateInstance(list.FieldType));
        }

        return copy;
    }

    private static FieldInfo[] FindLists(Type type)
    {
        var all = new List<FieldInfo>();
        for (var t = type; t is not null && t != typeof(object); t = t.BaseType)
        {
            all.AddRange(t.GetFields(BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.DeclaredOnly)
                .Where(f => f.FieldType is { IsGenericType: true } generic && generic.GetGenericTypeDefinition() == typeof(List<>)));
        }

        return [.. all];
    }

    private static FieldInfo Own(Type type, string name) => type.GetField(name, BindingFlags.Instance | BindingFlags.NonPublic)!;

    private static FieldInfo Field(Type type, string property) => type.GetField($"<{property}>k__BackingField", BindingFlags.Instance | BindingFlags.NonPublic)!;
}
