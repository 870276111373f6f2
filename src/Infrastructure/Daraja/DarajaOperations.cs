using Payments.Application.Callbacks;
using Payments.Domain.Common;
using Payments.Domain.Transfers;
using Payments.Infrastructure.Daraja.B2b;
using Payments.Infrastructure.Daraja.B2c;
using Payments.Infrastructure.Daraja.Balance;
using Payments.Infrastructure.Daraja.C2b;
using Payments.Infrastructure.Daraja.Lenient;
using Payments.Infrastructure.Daraja.Reversal;
using Payments.Infrastructure.Daraja.Status;
using Payments.Infrastructure.Daraja.Stk;

namespace Payments.Infrastructure.Daraja;

/// <summary>
/// Safaricom's APIs, one row each, with everything that differs from one to the next. Whoever sends, breaks circuits, names, routes, reads or samples
/// reads it here; what only one API has stands in that API's folder.
/// </summary>
public static class DarajaOperations
{
    public static readonly DarajaOperation OAuth = new("OAuth", "/oauth/v1/generate?grant_type=client_credentials");

    public static readonly DarajaOperation Push = new("Push", "/mpesa/stkpush/v1/processrequest")
    {
        IsSentOnce = true,
        Product = new("M-PESA Express", "no prompt can be sent") { IsNeeded = true },
        Callbacks = [new(CallbackKind.Stk, "stk/callback", AttemptId.Prefix, [SubjectKind.Attempt], StkCallback.Read, StkCallback.Samples)],
    };

    public static readonly DarajaOperation PromptQuery = new("PromptQuery", "/mpesa/stkpushquery/v1/query")
    {
        Product = new("M-PESA Express Query", "a lost callback cannot be found out") { IsNeeded = true },
    };

    public static readonly DarajaOperation Register = new("Register", "/mpesa/c2b/{version}/registerurl")
    {
        IsSentOnce = true,
        Product = new("C2B", "payments by hand are not told"),

        // The token of a registration is random and stored, and none of those that are made for one thing of ours.
        Callbacks =
        [
            new(CallbackKind.C2bValidate, "c2b/validate", RegistrationId.Prefix, [], C2bMessages.ReadValidation, C2bMessages.ValidationSample)
            {
                ReadLeniently = (documents, why) => LenientConfirmation.ReadQuestion(documents, why, C2bMessages.ReadValidation),
            },
            new(CallbackKind.C2bConfirm, "c2b/confirm", RegistrationId.Prefix, [], C2bMessages.ReadConfirmation, C2bMessages.ConfirmationSample)
            {
                ReadLeniently = (documents, why) => LenientConfirmation.Read(documents, why, C2bMessages.ReadConfirmation),
            },
        ],
    };

    public static readonly DarajaOperation Reversal = new("Reversal", "/mpesa/reversal/v1/request")
    {
        IsSentOnce = true,
        NeedsInitiator = true,
        Product = new("Reversal", "payments cannot be reversed"),
        Callbacks = CallbackChannel.OfInitiator("reversal", (CallbackKind.ReversalResult, CallbackKind.ReversalTimeout), RefundId.Prefix, [SubjectKind.Refund],
            ReversalApi.Result.Read, ReversalApi.Sample, ReversalApi.TimeoutSample),
    };

    public static readonly DarajaOperation Status = new("Status", "/mpesa/transactionstatus/v1/query")
    {
        NeedsInitiator = true,
        Product = new("Transaction Status", "doubtful money cannot be asked about"),
        Callbacks = CallbackChannel.OfInitiator("status", (CallbackKind.StatusResult, CallbackKind.StatusTimeout), StatusQueryId.Prefix, [SubjectKind.Question],
            StatusApi.Read, StatusApi.Sample, StatusApi.TimeoutSample),
    };

    public static readonly DarajaOperation B2c = new("B2c", "/mpesa/b2c/{version}/paymentrequest")
    {
        IsSentOnce = true,
        NeedsInitiator = true,
        IsOfPayouts = true,
        Product = new("B2C", "nothing is paid out to phones") { Versions = new("Daraja__B2cVersion", "v1", "v3", options => options.B2cVersion) },
        Payouts = new([PayoutMethod.Mpesa], B2cApi.Body),

        // It pays refunds out as well.
        Callbacks = CallbackChannel.OfInitiator("b2c", (CallbackKind.B2cResult, CallbackKind.B2cTimeout), PayoutId.Prefix, [SubjectKind.Payout, SubjectKind.Refund],
            B2cApi.Result.Read, B2cApi.Sample, B2cApi.TimeoutSample),
    };

    public static readonly DarajaOperation B2b = new("B2b", "/mpesa/b2b/v1/paymentrequest")
    {
        IsSentOnce = true,
        NeedsInitiator = true,
        IsOfPayouts = true,
        Product = new("B2B", "nothing is paid out to businesses"),
        Payouts = new([PayoutMethod.Paybill, PayoutMethod.Till], B2bApi.Body) { WhyNot = B2bApi.WhyNot },
        Callbacks = CallbackChannel.OfInitiator("b2b", (CallbackKind.B2bResult, CallbackKind.B2bTimeout), PayoutId.Prefix, [SubjectKind.Payout],
            B2bApi.Result.Read, B2bApi.Sample, B2bApi.TimeoutSample),
    };

    public static readonly DarajaOperation Balance = new("Balance", "/mpesa/accountbalance/v1/query")
    {
        NeedsInitiator = true,
        IsOfPayouts = true,
        Product = new("Account Balance", "the float is not known"),
        Callbacks = CallbackChannel.OfInitiator("balance", (CallbackKind.BalanceResult, CallbackKind.BalanceTimeout), StatusQueryId.Prefix, [SubjectKind.Question],
            BalanceApi.Read, BalanceApi.Sample, BalanceApi.TimeoutSample),
    };

    /// <summary>Reading; that this process registers for it first has a path of its own (<see cref="Daraja.Pull.PullBodies"/>).</summary>
    public static readonly DarajaOperation Pull = new("Pull", "/pulltransactions/v1/query")
    {
        Product = new("Pull Transactions", "missed confirmations are not fetched") { IsUsed = options => options.NominatedNumber is not null },
    };

    /// <summary>Every row, in the order operators read them.</summary>
    public static IReadOnlyList<DarajaOperation> All { get; } = [OAuth, Push, PromptQuery, Register, Reversal, Status, B2c, B2b, Balance, Pull];

    /// <summary>What Safaricom sends us, by kind.</summary>
    public static IReadOnlyDictionary<CallbackKind, CallbackChannel> Channels { get; } =
        All.SelectMany(operation => operation.Callbacks).OrderBy(channel => channel.Kind).ToDictionary(channel => channel.Kind);

    /// <summary>The row a payout by this method goes out through.</summary>
    public static DarajaOperation OfPayout(PayoutMethod method) => All.Single(operation => operation.Payouts?.Methods.Contains(method) == true);
}
