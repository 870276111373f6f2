namespace Payments.Api.Access;

/// <summary>Section <c>Ops</c>, one entry under <c>Users</c> for each person who may sign in to the dashboard.</summary>
internal sealed class OperatorOptions
{
    /// <summary>The name to sign in with.</summary>
    public string? Name { get; set; }

    /// <summary>What the command <c>hash-password</c> prints.</summary>
    public string? PasswordHash { get; set; }

    /// <summary><c>viewer</c> reads, <c>operator</c> acts.</summary>
    public string? Role { get; set; }
}
