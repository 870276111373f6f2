using System.Reflection;
using System.Security.Cryptography;
using Xunit;

namespace Payments.Tests.Unit;

/// <summary>
/// What a stranger may guess at is compared in a time that tells nothing: the compiled code of whatever decides about a secret calls
/// <see cref="CryptographicOperations.FixedTimeEquals"/>, and compares bytes in no other way (the text of a key's id is public).
/// </summary>
public sealed class ConstantTimeTests
{
    [Theory]
    [InlineData("Payments.Infrastructure", "Callbacks.CallbackTokens")]
    [InlineData("Payments.Infrastructure", "Access.ClientSecrets")]
    [InlineData("Payments.Infrastructure", "C2b.RegistrationTokenCache")]
    [InlineData("Payments.Application", "C2b.ConfirmationTrust")]
    [InlineData("Payments.Api", "Access.ApiKey")]
    public void A_secret_is_compared_in_constant_time(string assembly, string name)
    {
        var type = Assembly.Load(assembly).GetType($"{assembly}.{name}", throwOnError: true)!;
        var called = Calls.NamesIn(type).ToHashSet();

        Assert.Contains(nameof(CryptographicOperations.FixedTimeEquals), called);
        Assert.DoesNotContain("SequenceEqual<Byte>", called);
    }
}
