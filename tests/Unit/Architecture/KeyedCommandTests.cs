using System.Reflection;
using MediatR;
using Payments.Application.Common;
using Xunit;

namespace Payments.Tests.Unit;

/// <summary>
/// An Idempotency-Key comes with the caller. A handler that forgot it would do again what was done, and one that does not name what it made
/// could not repeat its answer after a crash.
/// </summary>
public sealed class KeyedCommandTests
{
    /// <summary>Their answers are kept as they were given: nothing they make could be made twice.</summary>
    private static readonly string[] MakeNothing = ["EndRestoreHandler", "PrepareRestoreHandler", "ReplayCallbackHandler", "RequeryCaseHandler"];

    /// <summary>What only reads has no key: asking again is what it is for.</summary>
    private static readonly List<Type> WithCaller = [.. typeof(ITransactions).Assembly.GetTypes()
        .Where(type => Commands(type).Any(HasCaller) && Runs(type).Count > 0 && !type.Name.StartsWith("Get", StringComparison.Ordinal))];

    [Fact]
    public void A_handler_whose_command_has_a_caller_runs_its_transactions_for_him()
    {
        Assert.True(WithCaller.Count > 12, $"Only {WithCaller.Count} handlers were found.");
        Assert.All(WithCaller, handler => Assert.All(Runs(handler), run => Assert.Equal(typeof(Caller), run.GetParameters()[0].ParameterType)));
    }

    [Fact]
    public void It_names_what_it_made() => Assert.Equal(
        MakeNothing,
        WithCaller.Where(handler => !Calls.In(handler).Any(called => called.DeclaringType == typeof(Result) && called.Name == nameof(Result.Created)))
            .Select(handler => handler.Name).Order(StringComparer.Ordinal));

    private static List<MethodBase> Runs(Type handler) =>
        [.. Calls.In(handler).Where(called => called.DeclaringType == typeof(ITransactions) && called.Name == nameof(ITransactions.Run))];

    private static IEnumerable<Type> Commands(Type handler) => handler.GetInterfaces()
        .Where(i => i.IsGenericType && i.GetGenericTypeDefinition() == typeof(IRequestHandler<,>)).Select(i => i.GetGenericArguments()[0]);

    private static bool HasCaller(Type command) => command.GetProperty(nameof(Caller))?.PropertyType == typeof(Caller);
}
