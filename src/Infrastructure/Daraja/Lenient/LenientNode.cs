namespace Payments.Infrastructure.Daraja.Lenient;

/// <summary>A piece of a document that is nearly JSON. Keys may come twice: what that means is for others to say.</summary>
internal abstract record LenientNode
{
    private LenientNode()
    {
    }

    /// <summary>An object's members in order.</summary>
    public sealed record Members(IReadOnlyList<(string Key, LenientNode Value)> All) : LenientNode;

    /// <summary>A list.</summary>
    public sealed record Items(IReadOnlyList<LenientNode> All) : LenientNode;

    /// <summary>A text, or what stood there without quotes: a number, a word, nothing.</summary>
    /// <param name="IsQuoted">False for what may be a number or a literal of JSON.</param>
    public sealed record Leaf(string Value, bool IsQuoted) : LenientNode;
}
