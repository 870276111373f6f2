using Microsoft.Extensions.Options;
using Payments.Application.Common;

namespace Payments.Api.Hosting;

/// <summary>
/// Binds sections and collects what their validators find, of all of them at once and before anything is built: the framework's own ValidateOnStart
/// would say what is wrong with one section and be silent about what it could not read.
/// </summary>
internal sealed class SectionReader(IConfiguration configuration)
{
    /// <summary>Everything found so far.</summary>
    public List<ConfigurationProblem> Problems { get; } = [];

    /// <summary>One section. What cannot be read has been listed (<see cref="OptionKeys.Check"/>); its section is then as if it were empty.</summary>
    public T Read<T>(IValidateOptions<T>? validator = null)
        where T : class, new()
    {
        var name = SectionOf<T>();
        var section = name.Length == 0 ? configuration : configuration.GetSection(name);
        return Check(Bind<T>(section), validator);
    }

    /// <summary>A section that is a list of entries: those that are right.</summary>
    public List<T> ReadList<T>(IValidateOptions<T> validator)
        where T : class, new()
    {
        var right = new List<T>();
        foreach (var entry in configuration.GetSection(SectionOf<T>()[..^":#".Length]).GetChildren())
        {
            var options = Bind<T>(entry);
            var wrong = validator.Problems(options, entry.Path.Replace(":", "__", StringComparison.Ordinal));
            Problems.AddRange(wrong);
            if (wrong.Count == 0)
            {
                right.Add(options);
            }
        }

        return right;
    }

    /// <summary>A section with one list, whose values may also stand in one, with commas.</summary>
    public T ReadValues<T>(Func<T, IList<string>> list, string key, IValidateOptions<T> validator)
        where T : class, new()
    {
        var (section, options) = (configuration.GetSection(SectionOf<T>() + ":" + key), new T());
        foreach (var value in section.GetChildren().Select(child => child.Value).Append(section.Value).OfType<string>()
            .SelectMany(value => value.Split([',', ' '], StringSplitOptions.RemoveEmptyEntries)))
        {
            list(options).Add(value);
        }

        return Check(options, validator);
    }

    private T Check<T>(T options, IValidateOptions<T>? validator)
        where T : class
    {
        Problems.AddRange(validator?.Problems(options) ?? []);
        return options;
    }

    private static T Bind<T>(IConfiguration section)
        where T : class, new()
    {
        try
        {
            return section.Get<T>() ?? new();
        }
        catch (InvalidOperationException)
        {
            return new();
        }
    }

    private static string SectionOf<T>() => OptionKeys.Sections.Single(section => section.Type == typeof(T)).Section;
}
