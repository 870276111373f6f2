using Microsoft.Extensions.Options;
using Payments.Application.Common;

namespace Payments.Infrastructure.Inbox.Spool;

/// <summary>Refuses a spool that could keep nothing.</summary>
public sealed class SpoolOptionsValidator : IValidateOptions<SpoolOptions>
{
    public ValidateOptionsResult Validate(string? name, SpoolOptions options) => ConfigurationProblems.Of(Problems(options));

    /// <summary>Makes the folder, to find out whether it can be written.</summary>
    private static IEnumerable<ConfigurationProblem> Problems(SpoolOptions options)
    {
        if (options.IsOn && WhyNotWritable(options.Path!) is { } why)
        {
            yield return new("Spool__Path", $"cannot be written ({why})", "a folder on local disk that this process may write and that outlives it");
        }

        // Room for one callback of the largest size at least.
        if (options.MaxBytes < SpoolRecord.MaxBytes || options.SegmentBytes < SpoolRecord.MaxBytes)
        {
            yield return new("Spool__MaxBytes", "is too small for one callback", $"{SpoolRecord.MaxBytes} bytes or more, such as {1L << 30}");
        }

        if (options.RowsPerSecond < 1 || options.Deadline <= TimeSpan.Zero)
        {
            yield return new("Spool", "has a rate or a deadline that is not above zero", "such as Spool__RowsPerSecond=5000, Spool__Deadline=00:00:02");
        }
    }

    private static string? WhyNotWritable(string path)
    {
        try
        {
            CallbackSpool.MakeFolder(path);
            var probe = Path.Combine(path, $".probe-{Guid.NewGuid():N}");
            File.WriteAllBytes(probe, []);
            File.Delete(probe);
            return null;
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException)
        {
            return refused.Message;
        }
    }
}
