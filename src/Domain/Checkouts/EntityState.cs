namespace Payments.Domain.Checkouts;

/// <summary>What the end of a unit of work has to write for one row.</summary>
public enum EntityState
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>A new row.</summary>
    Added,

    /// <summary>New values in an existing row.</summary>
    Updated,

    /// <summary>The row goes away.</summary>
    Removed,
}
