using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Payments.Api.Checkouts;
using Payments.Api.Idempotency;
using Payments.Application.Common;

namespace Payments.Api.Hosting;

/// <summary>How requests under <c>/api</c> become calls of controllers: strict JSON, known fields and parameters, nothing else.</summary>
internal static class ApiControllers
{
    public static void AddApiControllers(this IServiceCollection services, JavaScriptEncoder encoder) => services
        .AddControllers(options =>
        {
            options.Conventions.Add(new IdempotencyConvention());
            options.ModelBinderProviders.Insert(0, new IsoTimeBinder.Provider());
            options.Filters.Add<KnownParameters>();
            options.Filters.Add<PayUrls>();
        })
        .AddApplicationPart(typeof(ApiHost).Assembly)
        .AddJsonOptions(options =>
        {
            options.JsonSerializerOptions.NumberHandling = JsonNumberHandling.Strict;

            // A misspelt field is an error, not a silence.
            options.JsonSerializerOptions.UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow;
            options.JsonSerializerOptions.AllowDuplicateProperties = false;
            options.JsonSerializerOptions.MaxDepth = 16;
            options.JsonSerializerOptions.Encoder = encoder;
            options.JsonSerializerOptions.Converters.Add(new UtcTimes());
            options.JsonSerializerOptions.Converters.Add(new StorableText());
        })
        .ConfigureApiBehaviorOptions(options =>
        {
            options.InvalidModelStateResponseFactory = BindingErrors.Answer;

            // Bare statuses (415 above all) get their body, with a code, from Problems.OfStatus.
            options.SuppressMapClientErrors = true;
        });
}

/// <summary>
/// Text that PostgreSQL can keep: no NUL, in any field of any body, whatever its own rules are. Halves of surrogate pairs are refused by the
/// reader itself.
/// </summary>
internal sealed class StorableText : JsonConverter<string>
{
    /// <summary>What is said of other text.</summary>
    public const string Wanted = "Give text without NUL characters.";

    public override string? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => Checked(reader.GetString());

    public override string ReadAsPropertyName(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => Checked(reader.GetString())!;

    public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options) => writer.WriteStringValue(value);

    public override void WriteAsPropertyName(Utf8JsonWriter writer, string value, JsonSerializerOptions options) => writer.WritePropertyName(value);

    /// <summary>True for text with a NUL in it.</summary>
    public static bool HasNul(string? text) => text?.Contains('\0', StringComparison.Ordinal) == true;

    private static string? Checked(string? text) => HasNul(text) ? throw new JsonException(Wanted) : text;
}
