namespace Payments.Infrastructure.Daraja;

/// <summary>Which of Safaricom's servers, or the stand-in, this deployment talks to.</summary>
public enum DarajaEnvironment
{
    /// <summary>The simulator of this repository, or anything else that speaks Daraja at a given address.</summary>
    Simulator,

    /// <summary>Safaricom's test servers: no money moves.</summary>
    Sandbox,

    /// <summary>Money moves.</summary>
    Production,
}
