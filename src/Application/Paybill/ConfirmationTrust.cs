namespace Payments.Application;

/// <summary>Whose word a confirmation is (rule 3): its address carried the token of a registration, and it came from where such may come from.</summary>
internal static class ConfirmationTrust
{
    private const string NoToken = "Its address carries no registration token of ours.";

    /// <summary>
    /// Says why a confirmation is not trusted, or nothing when it is. The token was checked when it came, or is now by its hash: because the
    /// database was away then, or because the address it came from was not allowed. Of the latter it counts when an operator has allowed that
    /// address and replays it: his word, not the message's.
    /// </summary>
    public static ReadCallback Judge(ReadCallback read, IReadOnlyList<Registration> registrations, OurShortcodes ours)
    {
        var row = read.Row;
        if (registrations.FirstOrDefault(r => row.SubjectId == r.Id || ConfirmationRules.IsHash(row, RegistrationToken.Hash(r.Token))) is not { } registration)
        {
            registration = registrations.FirstOrDefault(r => ConfirmationRules.IsHash(row, RegistrationToken.HashFromElsewhere(r.Token)));
            if (registration is null)
            {
                return read with { Distrust = NoToken };
            }

            if (!row.IsAllowedNow)
            {
                return read with
                {
                    Distrust = $"Its token is ours, but it came from {row.Source ?? "an address nobody knows"}, which is not in Callbacks__AllowedNetworks.",
                    FromElsewhere = row.Source ?? "unknown",
                };
            }
        }

        return read.Message is CallbackMessage.Confirmation { Shortcode: { Length: > 0 } shortcode } && shortcode != registration.Shortcode && shortcode != ours.Till
            ? read with { Distrust = "The shortcode it names is not the one its address was registered for." }
            : read;
    }
}
