using Payments.Infrastructure.Daraja;

namespace Payments.Api.Hosting;

/// <summary>What is written to the console (configuration section <c>Logs</c>); how much is .NET's own <c>Logging__LogLevel__…</c>.</summary>
internal sealed class LogOptions
{
    private const string Text = "text";
    private const string Json = "json";

    /// <summary><c>text</c>, for people at a terminal, or <c>json</c>: one object a line with the event's name, for whatever collects logs.</summary>
    public string Format { get; set; } = Text;

    /// <summary>True for JSON.</summary>
    public bool IsJson => string.Equals(Format, Json, StringComparison.OrdinalIgnoreCase);

    /// <summary>Everything that is wrong.</summary>
    public IEnumerable<ConfigurationProblem> Validate()
    {
        if (!IsJson && !string.Equals(Format, Text, StringComparison.OrdinalIgnoreCase))
        {
            yield return new("Logs__Format", $"'{Format}' is no format", "text or json");
        }
    }
}
