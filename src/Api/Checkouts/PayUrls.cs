using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Filters;
using Payments.Api.Access;
using Payments.Application.Checkouts;
using Payments.Application.Common;
using Payments.Domain.Common;

namespace Payments.Api.Checkouts;

/// <summary>
/// Puts <c>payUrl</c> into every checkout that is answered to a shop's key. It holds the clientSecret, which is stored nowhere: events and webhooks, whose
/// data is stored, say null.
/// </summary>
public sealed class PayUrls(IClientSecrets secrets, IPublicAddress address) : IResultFilter
{
    /// <summary>Where pay pages are: <c>/pay/{id}</c>.</summary>
    public const string Path = "/pay";

    public void OnResultExecuting(ResultExecutingContext context)
    {
        if (context.Result is ObjectResult answer && context.HttpContext.Caller().IsShop)
        {
            answer.Value = answer.Value switch
            {
                CheckoutView checkout => With(checkout),
                Page<CheckoutView> page => page with { Items = [.. page.Items.Select(With)] },
                var other => other,
            };
        }
    }

    public void OnResultExecuted(ResultExecutedContext context)
    {
        // Answered.
    }

    /// <summary>The checkout with the address of its pay page.</summary>
    public CheckoutView With(CheckoutView checkout) => CheckoutId.TryParse(checkout.Id, out var id)
        ? checkout with { PayUrl = $"{address.Current.AbsoluteUri.TrimEnd('/')}{Path}/{checkout.Id}#{secrets.For(id)}" } : checkout;
}
