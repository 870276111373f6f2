using System.Reflection;
using System.Reflection.Emit;

namespace Payments.Tests.Unit;

/// <summary>What compiled code calls.</summary>
internal static class Calls
{
    private const BindingFlags Any = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    /// <summary>Names of the methods a type's code calls, lambdas and local functions included; of a generic one with its type arguments.</summary>
    public static IEnumerable<string> NamesIn(Type type) =>
        In(type).Select(called => called.IsGenericMethod ? $"{called.Name}<{string.Join(',', called.GetGenericArguments().Select(a => a.Name))}>" : called.Name);

    /// <summary>The methods a type's code calls, lambdas and local functions included.</summary>
    public static IEnumerable<MethodBase> In(Type type) =>
        type.GetMethods(Any).Cast<MethodBase>().Concat(type.GetConstructors(Any)).SelectMany(In)
            .Concat(type.GetNestedTypes(Any).SelectMany(In));

    private static IEnumerable<MethodBase> In(MethodBase method)
    {
        var code = method.GetMethodBody()?.GetILAsByteArray() ?? [];
        for (var at = 0; at + 5 <= code.Length; at++)
        {
            // An operand that looks like a call resolves to nothing, or to one name too many: neither hides a call.
            if ((code[at] == OpCodes.Call.Value || code[at] == OpCodes.Callvirt.Value) && Resolve(method, BitConverter.ToInt32(code, at + 1)) is { } called)
            {
                yield return called;
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
