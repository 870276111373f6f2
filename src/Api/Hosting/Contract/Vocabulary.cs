using System.Reflection;
using System.Text.Json;
using Payments.Api.C2b;
using Payments.Api.Cases;
using Payments.Api.Diagnostics;
using Payments.Api.Payouts;
using Payments.Application.Access;
using Payments.Application.C2b;
using Payments.Application.Callbacks;
using Payments.Application.Cases;
using Payments.Application.Checkouts;
using Payments.Application.Common;
using Payments.Application.Diagnostics;
using Payments.Application.Events;
using Payments.Application.Pairing;
using Payments.Application.Payouts;
using Payments.Application.Reconciliation;
using Payments.Application.Refunds;
using Payments.Application.Transfers;
using Payments.Application.Webhooks;
using Payments.Domain.Cases;
using Payments.Domain.Checkouts;
using Payments.Domain.Common;
using Payments.Domain.Transfers;

namespace Payments.Api.Hosting.Contract;

/// <summary>All the words a field may have, under the name the document gives them.</summary>
internal sealed record Words(string Name, IReadOnlyList<string> Values);

/// <summary>
/// Which fields and parameters are words of a list, and which list: from the types the service itself reads and writes them by. A word stands
/// here by itself only where the service has no type for it.
/// </summary>
internal static class Vocabulary
{
    public static readonly Words CheckoutStatus = Of<CheckoutStatus>();
    public static readonly Words TransferStatus = new(nameof(Domain.Transfers.TransferStatus), TransferStates.Names);
    public static readonly Words PayoutMethod = Of<PayoutMethod>();
    public static readonly Words RefundMethod = Of<RefundMethod>();
    public static readonly Words FailureCode = Of<FailureCode>();
    public static readonly Words ProblemCode = new("ProblemCode", [.. Problems.Codes]);
    private static readonly Words AttemptStatus = Of<AttemptStatus>();
    private static readonly Words PaymentMethod = Of<PaymentMethod>();
    private static readonly Words SettledBy = Of<SettledBy>();
    private static readonly Words CaseKinds = new(nameof(CaseKind), Constants(typeof(CaseKind)));
    private static readonly Words CaseStatus = new("CaseStatus", ["open", "settled"]);
    private static readonly Words CallbackKind = Of<CallbackKind>();
    private static readonly Words CallbackState = new("CallbackState", ["new", "parked", "done"]);
    private static readonly Words Verdict = Of<Verdict>();
    private static readonly Words C2bVersion = new("C2bVersion", ["v1", "v2"]);
    private static readonly Words C2bResponseType = new("C2bResponseType", ["Completed", "Cancelled"]);
    private static readonly Words PayoutReason = new("PayoutReason", ["business", "salary", "promotion"]);
    private static readonly Words Scopes = new("Scope", KeyScopes.All);
    private static readonly Words EventType = new("EventType", EventTypes.All);
    private static readonly Words WebhookStatuses = Of<WebhookStatus>();
    private static readonly Words DeliveryStatuses = Of<DeliveryStatus>();
    private static readonly Words CaseOutcomes = new(nameof(CaseOutcome), Constants(typeof(CaseOutcome)));

    /// <summary>By field, <c>CheckoutView.status</c>; of a list, its items.</summary>
    public static readonly IReadOnlyDictionary<string, Words> ByField = new Dictionary<string, Words>
    {
        [Field<CheckoutView>(nameof(CheckoutView.Status))] = CheckoutStatus,
        [Field<AttemptView>(nameof(AttemptView.Status))] = AttemptStatus,
        [Field<PaymentView>(nameof(PaymentView.Method))] = PaymentMethod,
        [Field<PaymentView>(nameof(PaymentView.SettledBy))] = SettledBy,
        [Field<FailureView>(nameof(FailureView.Code))] = FailureCode,
        [Field<PromptRefusedView>(nameof(PromptRefusedView.Code))] = new("PromptRefusedCode", ["prompts_paused", "too_many_prompts"]),
        [Field<PayoutBody>(nameof(PayoutBody.Method))] = PayoutMethod,
        [Field<PayoutBody>(nameof(PayoutBody.Reason))] = PayoutReason,
        [Field<PayoutView>(nameof(PayoutView.Status))] = TransferStatus,
        [Field<PayoutView>(nameof(PayoutView.Method))] = PayoutMethod,
        [Field<PayoutView>(nameof(PayoutView.Reason))] = PayoutReason,
        [Field<PayoutView>(nameof(PayoutView.SettledBy))] = SettledBy,
        [Field<RefundView>(nameof(RefundView.Status))] = TransferStatus,
        [Field<RefundView>(nameof(RefundView.Method))] = RefundMethod,
        [Field<RefundView>(nameof(RefundView.SettledBy))] = SettledBy,
        [Field<WaitView>(nameof(WaitView.Code))] = Of<SendBlocker>(),
        [Field<CaseView>(nameof(CaseView.Kind))] = CaseKinds,
        [Field<CaseView>(nameof(CaseView.Status))] = CaseStatus,
        [Field<CaseView>(nameof(CaseView.Subject))] = Of<CaseSubject>(),
        [Field<CaseView>(nameof(CaseView.Outcome))] = CaseOutcomes,
        [Field<SettleBody>(nameof(SettleBody.Outcome))] = CaseOutcomes,
        [Field<CallbackView>(nameof(CallbackView.Kind))] = CallbackKind,
        [Field<CallbackView>(nameof(CallbackView.State))] = CallbackState,
        [Field<CallbackView>(nameof(CallbackView.Verdict))] = Verdict,
        [Field<ReplayView>(nameof(ReplayView.Verdict))] = Verdict,
        [Field<ReceiptView>(nameof(ReceiptView.Method))] = PaymentMethod,
        [Field<ReceiptView>(nameof(ReceiptView.SettledBy))] = SettledBy,
        [Field<RegistrationView>(nameof(RegistrationView.State))] = Of<RegistrationState>(),
        [Field<RegistrationView>(nameof(RegistrationView.Version))] = C2bVersion,
        [Field<RegistrationView>(nameof(RegistrationView.ResponseType))] = C2bResponseType,
        [Field<RegisterC2bBody>(nameof(RegisterC2bBody.Version))] = C2bVersion,
        [Field<RegisterC2bBody>(nameof(RegisterC2bBody.ResponseType))] = C2bResponseType,
        [Field<KeyView>(nameof(KeyView.Scopes))] = Scopes,
        [Field<PairedView>(nameof(PairedView.Scopes))] = Scopes,
        [Field<WebhookView>(nameof(WebhookView.Scopes))] = Scopes,
        [Field<WebhookView>(nameof(WebhookView.Status))] = WebhookStatuses,
        [Field<WebhookView>(nameof(WebhookView.DisabledBecause))] = Of<DisabledBecause>(),
        [Field<WebhookView>(nameof(WebhookView.Events))] = EventType,
        [Field<Webhooks.CreateWebhookBody>(nameof(Webhooks.CreateWebhookBody.Events))] = EventType,
        [Field<Webhooks.UpdateWebhookBody>(nameof(Webhooks.UpdateWebhookBody.Events))] = EventType,
        [Field<Webhooks.UpdateWebhookBody>(nameof(Webhooks.UpdateWebhookBody.Status))] = WebhookStatuses,
        [Field<DeliveryView>(nameof(DeliveryView.Status))] = DeliveryStatuses,
        [Field<DeliveryView>(nameof(DeliveryView.Type))] = EventType,
        [Field<WebhookBodyView>(nameof(WebhookBodyView.Type))] = EventType,
        [Field<Access.CreateKeyBody>(nameof(Access.CreateKeyBody.Scopes))] = Scopes,
        [Field<FindingView>(nameof(FindingView.State))] = Of<FindingState>(),
        [Field<DarajaApiView>(nameof(DarajaApiView.State))] = new("PauseState", ["closed", "open", "half_open"]),
        [Field<PullView>(nameof(PullView.State))] = Of<PullState>(),
    };

    /// <summary>By parameter, <c>listCheckouts.status</c>.</summary>
    public static readonly IReadOnlyDictionary<string, Words> ByParameter = new Dictionary<string, Words>
    {
        ["listCheckouts.status"] = CheckoutStatus,
        ["listPayouts.status"] = TransferStatus,
        ["listRefunds.status"] = TransferStatus,
        ["listCases.status"] = CaseStatus,
        ["listCases.kind"] = CaseKinds,
        ["listDeliveries.status"] = DeliveryStatuses,
        ["listCallbacks.kind"] = CallbackKind,
        ["listCallbacks.verdict"] = Verdict,
    };

    /// <summary>A field as the document names it.</summary>
    public static string Field<T>(string member) => $"{typeof(T).Name}.{JsonNamingPolicy.CamelCase.ConvertName(member)}";

    /// <summary>The constants of a class that is a list of words.</summary>
    public static IReadOnlyList<string> Constants(Type type) =>
        [.. type.GetFields(BindingFlags.Public | BindingFlags.Static).Where(field => field.IsLiteral).Select(field => (string)field.GetRawConstantValue()!)];

    private static Words Of<T>()
        where T : struct, Enum => new(typeof(T).Name, [.. Enum.GetValues<T>().Select(EnumNames.Name)]);
}
