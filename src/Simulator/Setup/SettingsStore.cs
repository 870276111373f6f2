using System.Text.Json;
using System.Text.Json.Nodes;

namespace Payments.Simulator;

/// <summary>The switches now in force, swapped whole.</summary>
internal sealed class SettingsStore(SimulatorOptions options)
{
    private volatile Settings current = Initial(options);

    public Settings Current => current;

    public void Reset() => current = Initial(options);

    /// <summary>Lays the given members over the current settings. Returns what is wrong; nothing changes then.</summary>
    public IReadOnlyList<string> Change(JsonObject change)
    {
        Settings? changed;
        try
        {
            var merged = (JsonObject)JsonSerializer.SerializeToNode(current, Json.Own)!;
            Merge(merged, change);
            changed = merged.Deserialize<Settings>(Json.Own);
        }
        catch (JsonException e)
        {
            return [e.Message];
        }

        string[] problems = [.. changed!.Problems()];
        if (problems.Length == 0)
        {
            current = changed;
        }

        return problems;
    }

    private static Settings Initial(SimulatorOptions options) => new() { DelayMs = options.DelayMs, Rates = new() { Seed = options.Seed } };

    private static void Merge(JsonObject target, JsonObject change)
    {
        foreach (var (name, value) in change)
        {
            if (value is JsonObject inner && target[name] is JsonObject existing)
            {
                Merge(existing, inner);
            }
            else
            {
                target[name] = value?.DeepClone();
            }
        }
    }
}
