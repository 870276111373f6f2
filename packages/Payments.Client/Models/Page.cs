namespace Payments.Client;

/// <summary>One page of a list, newest first.</summary>
public sealed record Page<T>
{
    /// <summary>What is on it.</summary>
    public IReadOnlyList<T> Items { get; init; } = [];

    /// <summary>Give it back as <c>Cursor</c> to read on; null at the end.</summary>
    public string? NextCursor { get; init; }
}
