namespace Payments.Api.Callbacks;

/// <summary>Puts the way in for callbacks together.</summary>
internal static class CallbackServices
{
    public static void AddCallbackIntake(this IServiceCollection services)
    {
        services.AddSingleton<UnroutedCallbacks>();
        services.AddSingleton<CallbackSenders>();
        services.AddSingleton<CallbackIntake>();
        services.AddSingleton<C2bValidationEndpoint>();
        services.AddSingleton<CallbackEndpoint>();
    }
}
