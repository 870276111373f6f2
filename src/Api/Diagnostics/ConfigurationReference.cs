using System.Reflection;
using System.Text;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Payments.Api.Hosting;

namespace Payments.Api.Diagnostics;

/// <summary>
/// The reference of all configuration keys, made of the option classes themselves: names and defaults by reflection, meanings from their
/// documentation comments, which the build writes beside each assembly.
/// </summary>
public static partial class ConfigurationReference
{
    private const string Head =
        """
        # Configuration

        Environment variables, or arguments of the form `--Section:Key=value`. Everything is checked at start, and every problem is listed at once: which
        key, what is wrong, what would be right. Any key with a section may end in `_FILE` and then names a file that holds the value, as Docker and
        Kubernetes mount secrets. A list's entries are numbered from 0. Times are `hours:minutes:seconds`, with `days.` in front.

        Written by `dotnet run --project src/Api -- configuration > docs/configuration.md`; a test fails when the file differs from that.

        """;

    /// <summary>The whole of it, as Markdown.</summary>
    public static string Write()
    {
        var documents = Documents();
        var text = new StringBuilder(Head);
        foreach (var (section, type) in OptionKeys.Sections)
        {
            text.Append($"\n## {Title(section)}\n{Meaning(documents, "T:" + type.FullName)}\n\n| key | default | meaning |\n|---|---|---|\n");
            foreach (var key in OptionKeys.Of(section, type))
            {
                var meaning = Meaning(documents, Name(key.Property)).Replace("|", "\\|", StringComparison.Ordinal);
                text.Append($"| `{key.Variable}` | {(key.Default is { Length: > 0 } value ? $"`{value}`" : "")} | {meaning} |\n");
            }
        }

        return text.ToString();
    }

    private static string Title(string section) => section.Length == 0 ? "What this process does" : section.Split(':')[0];

    private static string Name(PropertyInfo property) => $"P:{property.DeclaringType!.FullName}.{property.Name}";

    /// <summary>The comments of our assemblies by member.</summary>
    private static Dictionary<string, XElement> Documents() => Directory.GetFiles(AppContext.BaseDirectory, "Payments.*.xml")
        .SelectMany(file => XDocument.Load(file, LoadOptions.PreserveWhitespace).Descendants("member"))
        .DistinctBy(member => (string)member.Attribute("name")!)
        .ToDictionary(member => (string)member.Attribute("name")!);

    private static string Meaning(Dictionary<string, XElement> documents, string name)
    {
        if (!documents.TryGetValue(name, out var member))
        {
            throw new InvalidOperationException($"{name} has no documentation comment.");
        }

        return member.Element("inheritdoc")?.Attribute("cref")?.Value is { } other
            ? Meaning(documents, other) : Spaces().Replace(string.Concat(member.Element("summary")!.Nodes().Select(Markdown)), " ").Trim();
    }

    private static string Markdown(XNode node) => node switch
    {
        XText text => text.Value,
        XElement { Name.LocalName: "c" } code => $"`{code.Value}`",
        XElement { Name.LocalName: "see" } see => $"`{Key((string)see.Attribute("cref")!)}`",
        XElement { Name.LocalName: "paramref" } parameter => $"`{parameter.Attribute("name")!.Value}`",
        XElement other => other.Value,
        _ => "",
    };

    /// <summary>The key a reference points to, or its plain name.</summary>
    private static string Key(string reference) =>
        OptionKeys.All.FirstOrDefault(key => Name(key.Property) == reference)?.Variable ?? reference[(reference.LastIndexOf('.') + 1)..];

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();
}
