namespace Payments.Application.Access;

/// <summary>Section <c>Clients</c>, one entry for each shop that is to have something of its own. Its keys are elsewhere (<c>ApiKeys</c>).</summary>
public sealed class ClientOptions
{
    /// <summary>The shop's name, as its keys have it.</summary>
    public string? Name { get; set; }

    /// <summary>
    /// Order references of this shop that start with it are what its customers type at the Pay Bill, though there are other shops: 1–8 letters and
    /// digits, at least one letter. No other shop's may start with it, nor it with another's.
    /// </summary>
    public string? AccountPrefix { get; set; }
}
