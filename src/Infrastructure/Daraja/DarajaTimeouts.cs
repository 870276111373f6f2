namespace Payments.Infrastructure.Daraja;

/// <summary>Section <c>Daraja:Timeouts</c>. None of these numbers is published by Safaricom.</summary>
public sealed class DarajaTimeouts
{
    /// <summary>Name, connection and TLS: on a good line under a second; past five there is no line.</summary>
    public TimeSpan Connect { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>A token takes well under a second, and every other call waits for it.</summary>
    public TimeSpan OAuth { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Requests for money: giving up early makes a doubt out of a slow answer, so wait as long as Safaricom's gateway does.</summary>
    public TimeSpan Money { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Questions are asked again anyway: a slow one only keeps others waiting.</summary>
    public TimeSpan Question { get; set; } = TimeSpan.FromSeconds(10);
}
