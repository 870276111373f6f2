using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Payments.Testing;

/// <summary>What a host of this process logs from here on, as an operator would see it.</summary>
internal sealed class LogLines : ILoggerProvider
{
    private readonly ConcurrentQueue<(LogLevel Level, string Text)> lines = new();

    public LogLines(PaymentsHost host) => host.Services.GetRequiredService<ILoggerFactory>().AddProvider(this);

    /// <summary>Warnings and worse, each with its exception.</summary>
    public IReadOnlyList<string> Warnings => [.. lines.Where(line => line.Level >= LogLevel.Warning).Select(line => line.Text)];

    /// <summary>Everything.</summary>
    public IReadOnlyList<string> All => [.. lines.Select(line => line.Text)];

    public void Clear() => lines.Clear();

    public ILogger CreateLogger(string categoryName) => new Category(this, categoryName);

    public void Dispose()
    {
        // The factory's own end.
    }

    private sealed class Category(LogLines all, string name) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            all.lines.Enqueue((logLevel, $"{logLevel} {name} {eventId.Name} {formatter(state, exception)} {exception}"));
        }
    }
}
