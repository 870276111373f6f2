using Hangfire.Logging;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Payments.Testing;

/// <summary>
/// Hangfire has one log for the whole process, that of the host that was built last. Of several hosts in one process a second one would start with
/// the log of one that is just ending, and end with it: in tests it has none.
/// </summary>
public sealed class SilentHangfire : ILogProvider, ILog
{
    private static readonly SilentHangfire Instance = new();

    private SilentHangfire()
    {
    }

    /// <summary>To be called before the host starts: its configuration of Hangfire, which sets the log, is made here and not once more.</summary>
    public static void Use(WebApplication host)
    {
        _ = host.Services.GetRequiredService<Hangfire.IGlobalConfiguration>();
        LogProvider.SetCurrentLogProvider(Instance);
    }

    public ILog GetLogger(string name) => this;

    public bool Log(LogLevel logLevel, Func<string> messageFunc, Exception? exception = null) => false;
}
