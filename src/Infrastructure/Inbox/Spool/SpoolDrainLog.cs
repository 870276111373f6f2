using Microsoft.Extensions.Logging;

namespace Payments.Infrastructure.Inbox.Spool;

/// <summary>What the drain has to say.</summary>
internal sealed partial class SpoolDrain
{
    private void Log(AsideReason why, int records, int bytes, string path)
    {
        switch (why)
        {
            case AsideReason.Torn:
                LogDamaged(bytes, path);
                break;
            case AsideReason.Unsigned:
                LogUnsigned(records, path);
                break;
            default:
                LogUnread(records, path);
                break;
        }
    }

    [LoggerMessage(EventName = "spool_drained", Level = LogLevel.Warning, Message = "{Count} spooled callbacks entered the inbox")]
    private partial void LogDrained(int count);

    [LoggerMessage(EventName = "spool_adopted", Level = LogLevel.Warning, Message = "Took over {Count} spool segments that a dead process left")]
    private partial void LogAdopted(int count);

    [LoggerMessage(EventName = "spool_damaged", Level = LogLevel.Error,
        Message = "{Bytes} bytes of the spool are torn or damaged and are kept as {Path}")]
    private partial void LogDamaged(int bytes, string path);

    [LoggerMessage(EventName = "spool_refused", Level = LogLevel.Error,
        Message = "PostgreSQL refuses {Count} spooled callbacks; they are kept as {Path}")]
    private partial void LogRefused(int count, string path);

    [LoggerMessage(EventName = "spool_unread", Level = LogLevel.Error,
        Message = "{Count} spooled callbacks are whole and not understood, a newer version's perhaps; they are kept as {Path}")]
    private partial void LogUnread(int count, string path);

    [LoggerMessage(EventName = "spool_unsigned", Level = LogLevel.Error,
        Message = "{Count} spooled callbacks carry no signature of a secret that is configured: written by somebody else, or with a secret taken out since; they are kept as {Path}")]
    private partial void LogUnsigned(int count, string path);

    [LoggerMessage(EventName = "spool_unsealed", Level = LogLevel.Warning,
        Message = "{Count} spooled callbacks are of the version before, which did not sign them: they are stored as hints, and Safaricom is asked")]
    private partial void LogOld(int count);

    [LoggerMessage(EventName = "spool_too_large", Level = LogLevel.Error, Message = "{Path} is larger than anything this service writes; it is kept as .torn")]
    private partial void LogTooLarge(string path);

    [LoggerMessage(EventName = "spool_passed_over", Level = LogLevel.Error, Message = "{Path} cannot be drained now and is passed over: {Why}")]
    private partial void LogPassedOver(string path, string why);

    [LoggerMessage(EventName = "spool_waiting", Level = LogLevel.Warning, Message = "The spool cannot be drained yet: {Why}")]
    private partial void LogFailed(string why);
}
