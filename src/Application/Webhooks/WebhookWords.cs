namespace Payments.Application.Webhooks;

/// <summary>Whether a webhook is sent to.</summary>
public enum WebhookStatus
{
    Enabled,
    Disabled,
}

/// <summary>Why a webhook is not sent to.</summary>
public enum DisabledBecause
{
    /// <summary>The shop said so.</summary>
    ByRequest,

    /// <summary>It answered 410.</summary>
    Gone,

    /// <summary>Nothing was taken for three days.</summary>
    Failing,

    /// <summary>Its secret was sealed with a secret of the deployment that is gone; rotate it.</summary>
    SecretUnreadable,
}

/// <summary>What became of an event on its way to a webhook.</summary>
public enum DeliveryStatus
{
    /// <summary>It is to be tried, or tried again.</summary>
    Pending,

    /// <summary>It was taken.</summary>
    Delivered,

    /// <summary>It was refused for three days, while others were taken.</summary>
    Failed,
}
