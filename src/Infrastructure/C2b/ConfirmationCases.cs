using Payments.Application.C2b;
using Payments.Domain.Cases;
using Payments.Domain.Common;
using Payments.Infrastructure.Cases;

namespace Payments.Infrastructure.C2b;

/// <summary>The part of the repository that opens and closes cases of confirmations; <see cref="CaseStore"/> writes them.</summary>
internal sealed partial class C2bPaymentRepository
{
    private const string ManyUntrusted =
        "More confirmations that are not trusted name orders with money due than have a case each. Somebody makes them up, or Safaricom's own come without "
        + "their token: see the registration (GET /api/ops/doctor) and where they come from (GET /api/ops/callbacks?kind=c2b_confirm&verdict=hint). Nothing was "
        + "counted; what is true is once Pull lists it. Settle the cases that are open, then this one: orders still named from then on have theirs.";

    public async Task OpenCases(IReadOnlyCollection<UntrustedConfirmation> untrusted)
    {
        await using var connection = await database.OpenConnectionAsync();
        await CaseStore.OpenUntrusted(
            connection,
            [.. untrusted.Select(u => new ConfirmationCase(
                u.CallbackId.Value, u.Receipt,
                $"A confirmation says that receipt {u.Receipt} paid {u.Amount} for this order, but it is not trusted: {u.Why} Nothing was counted. "
                + "It is once Pull lists the receipt, or once M-PESA confirms it: ask (…/ask), or look it up in the portal, then settle this case.",
                u.AccountKey))],
            ManyUntrusted);
    }

    public async Task OpenCases(IReadOnlyCollection<UnreadableConfirmation> odd)
    {
        await using var connection = await database.OpenConnectionAsync();
        await CaseStore.OpenOdd(connection, OfKind(CaseKind.UnreadableConfirmation), OfKind(CaseKind.ConfirmationsFromElsewhere));

        List<ConfirmationCase> OfKind(string kind) => [.. odd.Where(o => o.Kind == kind).Select(o => new ConfirmationCase(o.CallbackId.Value, o.Receipt, o.Story, o.Source))];
    }

    public async Task OpenCases(IReadOnlyCollection<UnknownShortcodePayment> strays)
    {
        await using var connection = await database.OpenConnectionAsync();
        var first = strays.OrderBy(s => s.Shortcode, StringComparer.Ordinal).ThenBy(s => s.ReceiptId).DistinctBy(s => s.Shortcode);
        await CaseStore.OpenUnknownShortcodes(
            connection,
            [.. first.Select(s => new ConfirmationCase(
                s.ReceiptId.Value, null,
                $"Receipt {s.Receipt} of {s.Amount} was paid to {s.Shortcode}: its confirmation came to our registered address, but that number is neither "
                + "Daraja__Shortcode nor Daraja__TillNumber. It is money without an order, and so is what follows it (GET /api/ops/receipts?matched=false "
                + "shows the shortcode). Is it a number of yours? Then configure it, or have its own URLs registered; match or give back what came, then "
                + "settle this case.",
                s.Shortcode))]);
    }

    public async Task CloseCases(IReadOnlyCollection<ReceiptNumber> numbers)
    {
        await using var connection = await database.OpenConnectionAsync();
        await CaseStore.CloseConfirmed(connection, numbers);
    }

    public async Task CloseTakenBack(IReadOnlyCollection<ReceiptNumber> numbers)
    {
        await using var connection = await database.OpenConnectionAsync();
        await CaseStore.CloseTakenBack(connection, numbers);
    }

    public async Task CloseUnreadable(IReadOnlyCollection<CallbackId> callbackIds)
    {
        await using var connection = await database.OpenConnectionAsync();
        await CaseStore.CloseReadable(connection, callbackIds);
    }
}
