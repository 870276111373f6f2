namespace Payments.Api.Hosting;

/// <summary>What is written to the console (configuration section <c>Logs</c>); how much is .NET's own <c>Logging__LogLevel__…</c>.</summary>
internal sealed class LogOptions
{
    internal const string Text = "text";
    private const string Json = "json";

    /// <summary><c>text</c>, for people at a terminal, or <c>json</c>: one object a line with the event's name, for whatever collects logs.</summary>
    public string Format { get; set; } = Text;

    /// <summary>True for JSON.</summary>
    public bool IsJson => string.Equals(Format, Json, StringComparison.OrdinalIgnoreCase);
}
