using System.Globalization;

namespace Payments.Infrastructure.Hosting;

/// <summary>How many files and sockets this process may have open. .NET has raised the soft limit to the hard one before anything of ours runs.</summary>
public static class DescriptorLimit
{
    /// <summary>The limit; null where the system tells none.</summary>
    public static long? Read()
    {
        try
        {
            var line = File.ReadLines("/proc/self/limits").FirstOrDefault(line => line.StartsWith("Max open files", StringComparison.Ordinal));
            return line?.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [_, _, _, var soft, ..]
                && long.TryParse(soft, NumberStyles.None, CultureInfo.InvariantCulture, out var limit) ? limit : null;
        }
        catch (Exception none) when (none is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
