namespace Payments.Application.Access;

/// <summary>How often somebody may try a name. Who fails is held up where he is, never the operator elsewhere: no stranger can lock a name.</summary>
public interface ISignInTries
{
    /// <summary>Counts a try; when it is one too many, how long to wait. Dies after this: the try counts, as one that failed.</summary>
    /// <param name="name">As it was typed.</param>
    /// <param name="source">Where from, as sources are counted.</param>
    /// <param name="device">The device, if it signed this name in before.</param>
    Task<TimeSpan?> Take(string name, string source, string? device);

    /// <summary>It was the right password: the place's tries are forgotten, and the name's is taken back.</summary>
    Task Succeeded(string name, string source, string? device);
}
