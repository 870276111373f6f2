namespace Payments.Application.Intake;

/// <summary>How the path of a callback that met no route differs from those we hand out.</summary>
public enum UnroutedShape
{
    /// <summary>Something stands before it: a proxy's own prefix.</summary>
    Prefix,

    /// <summary>A slash is escaped.</summary>
    EncodedSlash,

    /// <summary>A slash too many.</summary>
    DoubleSlash,

    /// <summary>Anything else.</summary>
    Other,
}

/// <summary>Tells of callbacks at addresses nobody serves: a proxy in front changes paths, and Safaricom does not repeat them.</summary>
public interface IUnroutedLog
{
    /// <summary>Counts one.</summary>
    /// <param name="path">Without anything of the sender's: our own words, dots for the rest.</param>
    /// <param name="isTaken">True when its token is valid, so that it was stored all the same.</param>
    void Note(string path, UnroutedShape shape, bool isTaken, string? source);
}
