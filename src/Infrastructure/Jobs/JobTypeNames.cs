using System.Collections.Frozen;
using Hangfire.Common;
using Payments.Infrastructure.C2b;
using Payments.Infrastructure.Idempotency;
using Payments.Infrastructure.Privacy;

namespace Payments.Infrastructure.Jobs;

/// <summary>
/// The names jobs are stored under. They never change, wherever the classes move to: jobs of an older version wait in the tables, and while
/// a deployment is replaced both versions run each other's jobs.
/// </summary>
public static class JobTypeNames
{
    private static readonly FrozenDictionary<Type, string> Names = new Dictionary<Type, string>
    {
        [typeof(CallbackJobs)] = "Payments.Infrastructure.CallbackJobs, Payments.Infrastructure",
        [typeof(RecurringJobs)] = "Payments.Infrastructure.RecurringJobs, Payments.Infrastructure",
        [typeof(TransferJobs)] = "Payments.Infrastructure.TransferJobs, Payments.Infrastructure",
        [typeof(C2bJobs)] = "Payments.Infrastructure.PaybillJobs, Payments.Infrastructure",
        [typeof(PrivacyJobs)] = "Payments.Infrastructure.PrivacyJobs, Payments.Infrastructure",
        [typeof(IdempotencyJobs)] = "Payments.Infrastructure.IdempotencyJobs, Payments.Infrastructure",
    }.ToFrozenDictionary();

    private static readonly FrozenDictionary<string, Type> Types = Names.ToFrozenDictionary(pair => pair.Value, pair => pair.Key, StringComparer.Ordinal);

    public static string Write(Type type) => Names.GetValueOrDefault(type) ?? TypeHelper.SimpleAssemblyTypeSerializer(type);

    public static Type Read(string name) => Types.GetValueOrDefault(name) ?? TypeHelper.DefaultTypeResolver(name);
}
