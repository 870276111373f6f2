using System.ComponentModel;
using System.Globalization;
using System.Reflection;
using Payments.Api.Access;
using Payments.Api.Pages;
using Payments.Api.Security;
using Payments.Application.Access;
using Payments.Application.C2b;
using Payments.Application.Checkouts;
using Payments.Application.Common;
using Payments.Application.Privacy;
using Payments.Application.Reconciliation;
using Payments.Infrastructure.Callbacks;
using Payments.Infrastructure.Daraja;
using Payments.Infrastructure.Database;
using Payments.Infrastructure.Diagnostics;
using Payments.Infrastructure.Inbox;
using Payments.Infrastructure.Inbox.Spool;

namespace Payments.Api.Hosting;

/// <summary>One configuration key and the property it is bound to.</summary>
/// <param name="Path">With colons, and <c>#</c> where an index belongs: <c>Callbacks:Secrets:#</c>.</param>
/// <param name="Default">As it would be written; null when there is none.</param>
internal sealed record OptionKey(string Path, PropertyInfo Property, string? Default)
{
    /// <summary>As an environment variable.</summary>
    public string Variable => Path.Replace(":", "__", StringComparison.Ordinal).Replace("#", "0", StringComparison.Ordinal);

    /// <summary>True where the property is a list.</summary>
    public bool IsList => Property.PropertyType == typeof(IList<string>);
}

/// <summary>
/// Every key there is, read off the very classes the configuration is bound to: what is documented, what is checked and what is used cannot
/// be three things.
/// </summary>
internal static class OptionKeys
{
    /// <summary>The sections in the order of the documentation; <c>#</c> marks a list of entries, the empty name the root.</summary>
    public static readonly (string Section, Type Type)[] Sections =
    [
        ("ConnectionStrings", typeof(ConnectionOptions)), ("Daraja", typeof(DarajaOptions)), ("Callbacks", typeof(CallbackOptions)),
        ("ApiKeys:#", typeof(ApiKeyOptions)), ("Clients:#", typeof(ClientOptions)), ("Ops:Users:#", typeof(OperatorOptions)), ("", typeof(ProcessOptions)), ("Spool", typeof(SpoolOptions)),
        ("Proxy", typeof(ProxyOptions)), ("C2B", typeof(C2bOptions)), ("Cors", typeof(CorsOptions)), ("Shop", typeof(ShopOptions)), ("Return", typeof(ReturnOptions)),
        ("Limits", typeof(LimitOptions)), ("Reconciliation", typeof(ReconciliationOptions)), ("Inbox", typeof(InboxOptions)),
        ("Retention", typeof(RetentionOptions)), ("Logs", typeof(LogOptions)), ("Shutdown", typeof(ShutdownOptions)), ("Doctor", typeof(DoctorOptions)),
    ];

    /// <summary>Sections other programs may have keys in.</summary>
    private static readonly string[] Shared = ["", "ConnectionStrings"];

    /// <summary>The end of a key that names a file with the value.</summary>
    private const string File = "_FILE";

    private static readonly Lazy<IReadOnlyList<OptionKey>> Known = new(() => [.. Sections.SelectMany(s => Of(s.Section, s.Type))]);

    /// <summary>All of them.</summary>
    public static IReadOnlyList<OptionKey> All => Known.Value;

    /// <summary>The keys of one section.</summary>
    public static IEnumerable<OptionKey> Of(string section, Type type) => Of(section, type, Activator.CreateInstance(type)!);

    /// <summary>Adds what is misspelt or has a value that is no such thing: both would otherwise be silence, or a stack trace.</summary>
    public static void Check(IConfiguration configuration, List<ConfigurationProblem> problems)
    {
        var byPath = All.ToDictionary(key => key.Path, StringComparer.OrdinalIgnoreCase);
        var ours = Sections.Select(s => s.Section.Split(':')[0]).Except(Shared).ToHashSet(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, value) in configuration.AsEnumerable())
        {
            if (value is null)
            {
                continue;
            }

            var namesFile = name.EndsWith(File, StringComparison.OrdinalIgnoreCase);
            var path = string.Join(':', (namesFile ? name[..^File.Length] : name).Split(':').Select(part => part.All(char.IsAsciiDigit) ? "#" : part));
            if (byPath.TryGetValue(path, out var key))
            {
                if (!namesFile && !IsReadable(key.Property.PropertyType, value))
                {
                    problems.Add(new(Shown(name), $"'{value}' is no {Noun(key.Property.PropertyType)}", $"such as {key.Default ?? "10"}"));
                }
            }
            else if (name.Contains(':', StringComparison.Ordinal) && ours.Contains(name.Split(':')[0]) && !byPath.ContainsKey(path + ":#"))
            {
                problems.Add(new(Shown(name), ConfigurationProblem.Unknown, Nearest(path) is { } near ? $"perhaps {near}" : "one of the keys in docs/configuration.md"));
            }
        }
    }

    private static IEnumerable<OptionKey> Of(string section, Type type, object instance)
    {
        var prefix = section.Length == 0 ? "" : section + ":";
        foreach (var property in type.GetProperties(BindingFlags.Public | BindingFlags.Instance).OrderBy(p => p.MetadataToken))
        {
            if (property.PropertyType == typeof(IList<string>))
            {
                yield return new($"{prefix}{property.Name}:#", property, null);
            }
            else if (property.SetMethod is not { IsPublic: true })
            {
                // Computed from others, or set by the host.
            }
            else if (property.PropertyType.Assembly.GetName().Name!.StartsWith("Payments.", StringComparison.Ordinal) && property.PropertyType.IsClass)
            {
                foreach (var inner in Of(prefix + property.Name, property.PropertyType, property.GetValue(instance)!))
                {
                    yield return inner;
                }
            }
            else
            {
                yield return new(prefix + property.Name, property, Write(property.GetValue(instance)));
            }
        }
    }

    private static string? Write(object? value) => value switch
    {
        null => null,
        TimeSpan time => time.ToString("c", CultureInfo.InvariantCulture),
        bool yes => yes ? "true" : "false",
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString(),
    };

    private static bool IsReadable(Type type, string value)
    {
        if (type == typeof(string) || type == typeof(IList<string>))
        {
            return true;
        }

        try
        {
            return TypeDescriptor.GetConverter(type).ConvertFromInvariantString(value) is not null;
        }
        catch (Exception unreadable) when (unreadable is FormatException or ArgumentException or NotSupportedException or OverflowException)
        {
            return false;
        }
    }

    private static string Noun(Type type) => type == typeof(TimeSpan) ? "time" : type == typeof(bool) ? "true or false" : "number";

    private static string Shown(string name) => name.Replace(":", "__", StringComparison.Ordinal);

    /// <summary>A known key that a slip of the fingers away is the given one.</summary>
    private static string? Nearest(string path) =>
        SpellingSuggestions.Nearest(path, All.Select(key => key.Path)) is { } near ? All.First(key => key.Path == near).Variable : null;
}
