using Payments.Application.Callbacks;

namespace Payments.Application.Intake;

/// <summary>Where callbacks of a kind arrive, and what their token says.</summary>
/// <param name="Path">After the prefix, without slashes at the ends: <c>stk/callback</c>.</param>
/// <param name="Subjects">What its token may have been made for; ids are unique over all of them. None: it has a registration's token.</param>
public sealed record CallbackRoute(CallbackKind Kind, string Path, params SubjectKind[] Subjects);

/// <summary>Every address that is handed to Safaricom.</summary>
public interface ICallbackRoutes
{
    IReadOnlyList<CallbackRoute> All { get; }
}
