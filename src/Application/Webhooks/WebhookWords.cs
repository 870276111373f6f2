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

    /// <summary>For an hour its secret could not be opened: it was sealed with a secret of the deployment that is gone. Rotate it.</summary>
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
