using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Payments.Client;

/// <summary>Registration in a shop's container.</summary>
public static class PaymentsServices
{
    /// <summary>
    /// Adds <see cref="PaymentsClient"/>. Options that make no sense end the start with a sentence that says which. What is returned adds to the
    /// HttpClient, such as a handler or a proxy.
    /// </summary>
    public static IHttpClientBuilder AddPayments(this IServiceCollection services, Action<PaymentsOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configure);
        services.AddOptions<PaymentsOptions>().Configure(configure).ValidateOnStart();
        services.AddSingleton<IValidateOptions<PaymentsOptions>, Validation>();
        return services
            .AddHttpClient(nameof(PaymentsClient), http =>
            {
                // Each try has its own limit, kept by the client.
                http.Timeout = Timeout.InfiniteTimeSpan;

                // A page of a hundred checkouts has some hundred kilobytes.
                http.MaxResponseContentBufferSize = 16 * 1024 * 1024;
            })
            .ConfigurePrimaryHttpMessageHandler(() => new SocketsHttpHandler
            {
                // A redirect would turn a POST into a GET or take the key elsewhere.
                AllowAutoRedirect = false,
                UseCookies = false,

                // The address may come to mean another machine; so the client can be held for ever.
                PooledConnectionLifetime = TimeSpan.FromMinutes(2),
            })

            // A try that failed is no news, and what failed in the end is the exception's.
            .RemoveAllLoggers()
            .SetHandlerLifetime(Timeout.InfiniteTimeSpan)
            .AddTypedClient((http, provider) => new PaymentsClient(
                http, provider.GetRequiredService<IOptions<PaymentsOptions>>().Value, provider.GetService<TimeProvider>()));
    }

    private sealed class Validation : IValidateOptions<PaymentsOptions>
    {
        public ValidateOptionsResult Validate(string? name, PaymentsOptions options) =>
            options.Problem() is { } problem ? ValidateOptionsResult.Fail(problem) : ValidateOptionsResult.Success;
    }
}
