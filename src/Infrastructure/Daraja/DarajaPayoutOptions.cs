namespace Payments.Infrastructure.Daraja;

/// <summary>Section <c>Daraja:Payouts</c>: what differs for payouts.</summary>
public sealed class DarajaPayoutOptions
{
    /// <summary>The consumer key of the app that pays, where that is another one than <see cref="DarajaOptions.ConsumerKey"/>'s.</summary>
    public string? ConsumerKey { get; set; }

    /// <summary>Its consumer secret.</summary>
    public string? ConsumerSecret { get; set; }

    /// <summary>The shortcode money is sent from, where that is another one than <see cref="DarajaOptions.Shortcode"/>.</summary>
    public string? Shortcode { get; set; }

    /// <summary>The API user of that shortcode.</summary>
    public string? InitiatorName { get; set; }

    /// <summary>Its password.</summary>
    public string? InitiatorPassword { get; set; }

    /// <summary>The certificate it is encrypted with, where that is another one.</summary>
    public string? CertificatePath { get; set; }
}
