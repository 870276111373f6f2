using System.Collections.Concurrent;

namespace Payments.Simulator;

/// <summary>Scripts by phone (or shortcode) and by API. A subject has a list of them: the first that fits is used, and goes when used up.</summary>
internal sealed class ScriptStore
{
    private readonly ConcurrentDictionary<string, Queue> bySubject = new();

    public static string Phone(string party) => $"phone:{party}";

    public static string ForApi(string api) => $"api:{api}";

    public void Put(string subject, IEnumerable<Script> scripts) => bySubject[subject] = new Queue(scripts);

    public void Remove(string subject) => bySubject.TryRemove(subject, out _);

    public void Clear() => bySubject.Clear();

    /// <summary>The plan ordered for the subject, one use of it spent; null when none is ordered.</summary>
    public Plan? Take(string subject, string api) =>
        bySubject.TryGetValue(subject, out var queue) ? queue.Take(s => s.Api is null || s.Api == api)?.ToPlan() : null;

    /// <summary>As <see cref="Take"/>, but only a script that names the API: for questions about a phone, which its other scripts are not about.</summary>
    public Plan? TakeFor(string subject, string api) =>
        bySubject.TryGetValue(subject, out var queue) ? queue.Take(s => s.Api == api)?.ToPlan() : null;

    public IReadOnlyList<Script> Show(string subject) => bySubject.TryGetValue(subject, out var queue) ? queue.Show() : [];

    private sealed class Queue(IEnumerable<Script> scripts)
    {
        private readonly List<Script> scripts = [.. scripts];

        public Script? Take(Predicate<Script> fits)
        {
            lock (scripts)
            {
                var index = scripts.FindIndex(fits);
                if (index < 0)
                {
                    return null;
                }

                var script = scripts[index];
                if (script.Times == 1)
                {
                    scripts.RemoveAt(index);
                }
                else if (script.Times is { } times)
                {
                    scripts[index] = script with { Times = times - 1 };
                }

                return script;
            }
        }

        public IReadOnlyList<Script> Show()
        {
            lock (scripts)
            {
                return [.. scripts];
            }
        }
    }
}
