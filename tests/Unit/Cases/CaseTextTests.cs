using System.Reflection;
using Payments.Application.Cases;
using Payments.Domain.Cases;
using Payments.Domain.Common;
using Xunit;

namespace Payments.Tests.Unit;

/// <summary>Whatever the domain asks a person can be said.</summary>
public sealed class CaseTextTests
{
    public static TheoryData<Type> Cases => [.. typeof(Case).Assembly.GetTypes().Where(t => t.IsSubclassOf(typeof(Case)) && !t.IsAbstract)];

    public static TheoryData<Type> Conflicts => [.. typeof(Conflict).GetNestedTypes().Where(t => t.IsSubclassOf(typeof(Conflict)))];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Every_kind_of_fact_has_its_words(Type type)
    {
        var story = CaseText.Of((Case)Any(type)!);

        Assert.Contains("settle this case", story, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Conflicts))]
    public void Every_conflict_has_its_words(Type type) =>
        Assert.Contains("M-PESA", CaseText.Of(new ReceiptConflict((PromptFacts)Any(typeof(PromptFacts))!, (Conflict)Any(type)!)), StringComparison.Ordinal);

    /// <summary>Something of a type, whatever it is.</summary>
    private static object? Any(Type type) => type switch
    {
        _ when type == typeof(string) => "some",
        _ when type == typeof(Failure) => new Failure(FailureCode.Cancelled, "1032", "Cancelled.", true),
        _ when type == typeof(Conflict) => new Conflict.PaidOtherAttempt(new("N1")),
        _ when type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IReadOnlyList<>) => Array.CreateInstance(type.GetGenericArguments()[0], 2),
        { IsValueType: true } => Activator.CreateInstance(type),
        _ => type.GetConstructors(BindingFlags.Public | BindingFlags.Instance) is [var make] ? make.Invoke([.. make.GetParameters().Select(p => Any(p.ParameterType))]) : null,
    };
}
