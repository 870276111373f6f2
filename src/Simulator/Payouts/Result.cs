using System.Globalization;
using System.Text.Json.Nodes;

namespace Payments.Simulator;

/// <summary>A key of a result. A null value is left out (TransactionReason has none, docs/protocol/status-balance-reversal.md); a time's form depends on the product.</summary>
internal sealed record Parameter(string Key, object? Value = null);

/// <summary>What an asynchronous API finds, before it is put into an envelope.</summary>
internal sealed record Result(Outcome Outcome, string TransactionId)
{
    public IReadOnlyList<Parameter> Parameters { get; init; } = [];

    public IReadOnlyList<Parameter> References { get; init; } = [];

    /// <summary>A shape of its own; null: the product's.</summary>
    public Shape? Shape { get; init; }

    /// <summary>A result that is no more than a code.</summary>
    public static Result Refused(Outcome outcome) => new(outcome, Ids.NoTransaction());
}

/// <summary>Shape of a product's results, as its documented sample has it (docs/protocol/b2c-b2b.md#b2c, b2c-b2b.md#b2b, status-balance-reversal.md).</summary>
internal sealed record Shape
{
    /// <summary>ResultType and ResultCode as strings.</summary>
    public bool StringCodes { get; init; }

    /// <summary>Times as dd.MM.yyyy HH:mm:ss; else 14 digits.</summary>
    public bool DottedDates { get; init; }

    /// <summary>Values as strings, numbers included.</summary>
    public bool StringValues { get; init; }

    /// <summary>Numbers in strings as numbers, and codes too.</summary>
    public bool NumberValues { get; init; }

    /// <summary>The first ResultParameter only, not in an array.</summary>
    public bool SingleParameter { get; init; }

    /// <summary>The first ReferenceItem only, not in an array.</summary>
    public bool SingleReference { get; init; }

    /// <summary>The last parameter loses its Value.</summary>
    public bool MissingValue { get; init; }

    /// <summary>The first key comes again with another value.</summary>
    public bool DuplicateKey { get; init; }

    public bool NoParameters { get; init; }

    /// <summary>A second DebitPartyName is called CreditPartyName, as other samples of status have it (docs/protocol/status-balance-reversal.md).</summary>
    public bool CreditPartyName { get; init; }

    public static readonly string[] Variants =
    [
        "documented", "array", "object", "strings", "numbers", "missing-value", "duplicate-key", "dotted-dates", "digit-dates", "no-parameters", "credit-party",
    ];

    /// <summary>The shape with the named variants, separated by commas, laid over it.</summary>
    public Shape With(string variants) => variants.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
        .Aggregate(this, (shape, variant) => variant switch
        {
            "array" => shape with { SingleParameter = false, SingleReference = false },
            "object" => shape with { SingleParameter = true, SingleReference = true },
            "strings" => shape with { StringCodes = true, StringValues = true, NumberValues = false },
            "numbers" => shape with { StringCodes = false, StringValues = false, NumberValues = true },
            "missing-value" => shape with { MissingValue = true },
            "duplicate-key" => shape with { DuplicateKey = true },
            "dotted-dates" => shape with { DottedDates = true },
            "digit-dates" => shape with { DottedDates = false },
            "credit-party" => shape with { CreditPartyName = true },
            "no-parameters" => shape with { NoParameters = true },
            _ => shape,
        });

    /// <summary>What is wrong with a list of variants, or null.</summary>
    public static string? Problem(string? variants) => variants?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
        .FirstOrDefault(v => !Variants.Contains(v)) is { } unknown
        ? $"variant knows no '{unknown}', only {string.Join(", ", Variants)}."
        : null;

    public JsonNode? Value(object? value) => value switch
    {
        null => null,
        DateTimeOffset time when DottedDates => Eat.Format(time, "dd.MM.yyyy HH:mm:ss"),
        DateTimeOffset time => StringValues ? Eat.Digits(time) : Json.Code(Eat.Digits(time)),
        decimal number => StringValues ? number.ToString(null, CultureInfo.InvariantCulture) : JsonValue.Create(number),
        string text => NumberValues && decimal.TryParse(text, CultureInfo.InvariantCulture, out var number) ? number : text,
        _ => throw new ArgumentException($"A result holds no {value.GetType()}.", nameof(value)),
    };
}
