namespace Payments.Api;

/// <summary>Builds the API; a class of its own so that tests start the same thing on a port of their own.</summary>
public static class ApiHost
{
    /// <summary>Builds the web application, configured but not started.</summary>
    public static WebApplication Build(string[] args)
    {
        var builder = WebApplication.CreateBuilder(args);
        return builder.Build();
    }
}
