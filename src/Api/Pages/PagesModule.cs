using System.IO.Compression;
using Microsoft.AspNetCore.ResponseCompression;
using Payments.Api.Checkouts;
using Payments.Api.Hosting;
using Payments.Api.Pages.Home;
using Payments.Api.Pages.Pay;

namespace Payments.Api.Pages;

/// <summary>What people see: the pay page, its dialog, and the page at the beginning.</summary>
internal static class PagesModule
{
    public static void AddPages(this IServiceCollection services, Settings settings)
    {
        services.AddSingleton(settings.Shop);
        services.AddSingleton<PageAssets>();
        services.AddSingleton<PayUrls>();
        services.AddSingleton<PayEndpoints>();
        services.AddSingleton<HomeEndpoints>();
        services.AddRazorComponents();
        services.AddResponseCompression(options =>
        {
            // What is compressed here is asked for with the secret itself: another site's page cannot have it sent, so that its length tells nobody anything.
            options.EnableForHttps = true;
            options.Providers.Add<BrotliCompressionProvider>();
            options.Providers.Add<GzipCompressionProvider>();
            options.MimeTypes = ["text/html", "text/css", "text/javascript", "image/svg+xml"];
        });
        services.Configure<BrotliCompressionProviderOptions>(options => options.Level = CompressionLevel.Optimal);
        services.Configure<GzipCompressionProviderOptions>(options => options.Level = CompressionLevel.Optimal);
    }

    /// <summary>True for what shoppers' browsers ask for: it has the limits of the API, not those of the operators' pages.</summary>
    public static bool IsShoppers(PathString path) =>
        path.StartsWithSegments(PayUrls.Path) || path.StartsWithSegments("/pages") || path.StartsWithSegments("/js");

    public static void UsePages(this WebApplication app) =>
        app.UseWhen(context => IsShoppers(context.Request.Path), pages => pages.UseResponseCompression());

    public static void MapPages(this WebApplication app)
    {
        app.Services.GetRequiredService<PageAssets>().Map(app);
        app.Services.GetRequiredService<PayEndpoints>().Map(app);
        app.Services.GetRequiredService<HomeEndpoints>().Map(app);
    }
}
