namespace Payments.Infrastructure.Database;

/// <summary>How something this service relies on was found.</summary>
public enum RequirementState
{
    /// <summary>As it must be.</summary>
    Met,

    /// <summary>It was not, and the service has put it right for itself.</summary>
    Corrected,

    /// <summary>It works, but somebody should look.</summary>
    Noticed,

    /// <summary>It is not, and may become so while the process waits: a standby is promoted, a privilege granted.</summary>
    Waiting,

    /// <summary>It is not, and waiting does not mend it: the process ends.</summary>
    Refused,
}

/// <summary>One thing relied on.</summary>
/// <param name="Name">Stable, for programs: <c>database.encoding</c>.</param>
/// <param name="Sentence">What was found, and unless it is met what to do. Never a secret.</param>
public sealed record Requirement(string Name, RequirementState State, string Sentence);
