using System.Text.RegularExpressions;
using Microsoft.Extensions.Options;
using Payments.Application.Common;

namespace Payments.Api.Pages;

/// <summary>Refuses what the pay page could not show.</summary>
internal sealed partial class ShopOptionsValidator : IValidateOptions<ShopOptions>
{
    /// <summary>The whole page has 60 KB.</summary>
    private const int MaxLogo = 20 * 1024;

    private const int MaxName = 60;
    private const int MaxContact = 120;

    /// <summary>The media type of a logo; null for a file that is none.</summary>
    public static string? MediaType(string path) => Path.GetExtension(path).ToLowerInvariant() switch
    {
        ".png" => "image/png",
        ".jpg" or ".jpeg" => "image/jpeg",
        ".webp" => "image/webp",
        ".svg" => "image/svg+xml",
        _ => null,
    };

    public ValidateOptionsResult Validate(string? name, ShopOptions options) => ConfigurationProblems.Of(Problems(options));

    private static IEnumerable<ConfigurationProblem> Problems(ShopOptions options)
    {
        if (options.Name?.Length > MaxName)
        {
            yield return new("Shop__Name", "is too long", $"at most {MaxName} characters");
        }

        if (options.Contact?.Length > MaxContact)
        {
            yield return new("Shop__Contact", "is too long", $"at most {MaxContact} characters");
        }

        if (!HexColor.IsMatch(options.Color))
        {
            yield return new("Shop__Color", $"'{options.Color}' is no colour", "# and six hexadecimal digits, such as #0a6b3d");
        }

        if (options.LogoPath is { } path && WhyNotShown(path) is { } why)
        {
            yield return new("Shop__LogoPath", why, "a picture of at most 20 KB that this process may read: .png, .jpg, .webp or .svg");
        }
    }

    private static string? WhyNotShown(string path) => MediaType(path) is null ? "is no kind of picture the page can show"
        : !File.Exists(path) ? "is not there"
        : new FileInfo(path).Length > MaxLogo ? "is larger than 20 KB" : null;

    [GeneratedRegex("^#[0-9a-fA-F]{6}$")]
    private static partial Regex HexColor { get; }
}
