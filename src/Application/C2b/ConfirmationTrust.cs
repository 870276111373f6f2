using System.Security.Cryptography;
using Payments.Application.Callbacks;

namespace Payments.Application.C2b;

/// <summary>Whose word a confirmation is (R3): its address carried the token of a registration, and it came from where such may come from.</summary>
public sealed class ConfirmationTrust(IC2bPayments paybill)
{
    private const string NoToken = "Its address carries no registration token of ours.";

    /// <summary>Says of the confirmations of a batch why they are not trusted, if they are not. One look at the registrations, and none where there is no confirmation.</summary>
    public async Task<IReadOnlyList<ParsedCallback>> Judge(IReadOnlyList<ParsedCallback> callbacks)
    {
        if (!callbacks.Any(IsConfirmation))
        {
            return callbacks;
        }

        var registrations = await paybill.Registrations(CancellationToken.None);
        return [.. callbacks.Select(callback => IsConfirmation(callback) ? Judge(callback, registrations) : callback)];

        static bool IsConfirmation(ParsedCallback callback) => callback is { Row: { Kind: CallbackKind.C2bConfirm, IsProbe: false } };
    }

    /// <summary>
    /// Says why a confirmation is not trusted, or nothing when it is. The token was checked when it came, or is now by its hash: because the
    /// database was away then, or because the address it came from was not allowed. Of the latter it counts when an operator has allowed that
    /// address and replays it: his word, not the message's. A token that was replaced before it came is nobody's word, from wherever. Which number
    /// it names is another question: it is authentic money all the same (R17).
    /// </summary>
    private static ParsedCallback Judge(ParsedCallback read, IReadOnlyList<Registration> registrations)
    {
        var row = read.Row;
        var registration = registrations.FirstOrDefault(r => row.SubjectId == r.Id.Value || IsHash(row, RegistrationToken.Hash(r.Token)));
        var elsewhere = registration is null ? registrations.FirstOrDefault(r => IsHash(row, RegistrationToken.HashFromElsewhere(r.Token))) : null;
        return (registration ?? elsewhere) switch
        {
            null => read with { UntrustedReason = NoToken },
            { ReplacedAt: { } at } when row.ReceivedAt >= at => read with { UntrustedReason = $"The token in its address was replaced at {at:u}." },
            _ when elsewhere is not null && !row.IsAllowedNow => read with
            {
                UntrustedReason = $"Its token is ours, but it came from {row.Source ?? "an address nobody knows"}, which is not in Callbacks__AllowedNetworks.",
                FromElsewhere = row.Source ?? "unknown",
            },
            _ => read,
        };
    }

    /// <summary>Whether the token its address carried, of which the inbox keeps a hash alone, is the expected one.</summary>
    private static bool IsHash(InboxRow row, byte[] expected) => row.TokenHash is { } hash && CryptographicOperations.FixedTimeEquals(hash, expected);
}
