using System.Reflection;
using System.Reflection.Emit;
using System.Security.Cryptography;
using Xunit;

namespace Payments.Tests.Unit;

/// <summary>
/// What a stranger may guess at is compared in a time that tells nothing: the compiled code of whatever decides about a secret calls
/// <see cref="CryptographicOperations.FixedTimeEquals"/>, and compares bytes in no other way (the text of a key's id is public).
/// </summary>
public sealed class ConstantTimeTests
{
    private const BindingFlags Any = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    [Theory]
    [InlineData("Payments.Infrastructure", "Callbacks.CallbackTokens")]
    [InlineData("Payments.Infrastructure", "Access.ClientSecrets")]
    [InlineData("Payments.Infrastructure", "C2b.RegistrationTokenCache")]
    [InlineData("Payments.Application", "C2b.ConfirmationTrust")]
    [InlineData("Payments.Api", "Access.ApiKey")]
    public void A_secret_is_compared_in_constant_time(string assembly, string name)
    {
        var type = Assembly.Load(assembly).GetType($"{assembly}.{name}", throwOnError: true)!;
        var called = CallsOf(type).ToHashSet();

        Assert.Contains(nameof(CryptographicOperations.FixedTimeEquals), called);
        Assert.DoesNotContain("SequenceEqual<Byte>", called);
    }

    /// <summary>Names of the methods a type's code calls, lambdas and local functions included.</summary>
    private static IEnumerable<string> CallsOf(Type type) =>
        type.GetMethods(Any).Cast<MethodBase>().Concat(type.GetConstructors(Any)).SelectMany(CallsOf)
            .Concat(type.GetNestedTypes(Any).SelectMany(CallsOf));

    private static IEnumerable<string> CallsOf(MethodBase method)
    {
        var code = method.GetMethodBody()?.GetILAsByteArray() ?? [];
        for (var at = 0; at + 5 <= code.Length; at++)
        {
            // An operand that looks like a call resolves to nothing, or to one name too many: neither hides a call.
            if ((code[at] == OpCodes.Call.Value || code[at] == OpCodes.Callvirt.Value) && Resolve(method, BitConverter.ToInt32(code, at + 1)) is { } called)
            {
                yield return called.IsGenericMethod ? $"{called.Name}<{string.Join(',', called.GetGenericArguments().Select(a => a.Name))}>" : called.Name;
            }
        }
    }

    private static MethodBase? Resolve(MethodBase method, int token)
    {
        try
        {
            return method.Module.ResolveMethod(
                token, method.DeclaringType!.GetGenericArguments(), method.IsGenericMethod ? method.GetGenericArguments() : null);
        }
        catch (Exception none) when (none is ArgumentException or BadImageFormatException)
        {
            return null;
        }
    }
}
