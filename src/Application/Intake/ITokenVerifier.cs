using Payments.Application.Callbacks;

namespace Payments.Application.Intake;

/// <summary>Checks the signed tokens in callback URLs (R3): no database, no allocation, no work that depends on the secret.</summary>
public interface ITokenVerifier
{
    /// <summary>Reads a token made for <paramref name="expected"/>; false for every other purpose, form or secret.</summary>
    bool TryRead(string? token, SubjectKind expected, out Guid id);

    /// <summary>True for a token of ours, whatever it was made for.</summary>
    bool IsValid(string? token);
}
