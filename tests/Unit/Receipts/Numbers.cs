using Payments.Domain.Common;

namespace Payments.Tests.Unit;

internal static class Numbers
{
    /// <summary>A receipt number where a test may have none.</summary>
    public static ReceiptNumber? Of(string? text) => text is null ? null : new ReceiptNumber(text);
}
