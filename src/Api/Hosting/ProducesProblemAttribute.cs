namespace Payments.Api.Hosting;

/// <summary>The problem codes an action may answer with; the OpenAPI document lists them by status.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class ProducesProblemAttribute(params string[] codes) : Attribute
{
    public IReadOnlyList<string> Codes { get; } = codes;
}
