using System.Runtime.CompilerServices;
using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using Xunit;

namespace Payments.Tests.Browser;

/// <summary>One real Chromium for all tests: the machine's own, or the one Playwright has installed.</summary>
public sealed class Chromium : IAsyncLifetime
{
    /// <summary>Where pictures of pages are kept; <c>.ci/run</c> leaves them as artifacts.</summary>
    public static readonly string Pictures = Path.Combine(Root(), "artifacts", "pages");

    private static readonly string[] Places =
    [
        Environment.GetEnvironmentVariable("CHROMIUM") ?? "", "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome",
        "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome", @"C:\Program Files\Google\Chrome\Application\chrome.exe",
    ];

    private IPlaywright playwright = null!;
    private IBrowser browser = null!;

    public async ValueTask InitializeAsync()
    {
        Directory.CreateDirectory(Pictures);
        playwright = await Playwright.CreateAsync();
        var place = Places.FirstOrDefault(File.Exists);
        try
        {
            browser = await playwright.Chromium.LaunchAsync(new()
            {
                ExecutablePath = place,
                Args = ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-quic", "--no-first-run", "--disable-gpu"],
            });
        }
        catch (PlaywrightException missing)
        {
            throw new InvalidOperationException(
                "These tests need Chromium: 'apt-get install chromium' on Debian and Ubuntu, Chrome elsewhere, or the path of one in the variable CHROMIUM.", missing);
        }
    }

    /// <summary>A page of a visitor of his own, as wide as a small phone unless said otherwise.</summary>
    public async Task<IPage> Visitor(string language = "en-KE", bool hasScript = true, ColorScheme scheme = ColorScheme.Light, int width = 360, int height = 740, float scale = 1)
    {
        var context = await browser.NewContextAsync(new()
        {
            Locale = language,
            JavaScriptEnabled = hasScript,
            ColorScheme = scheme,
            ViewportSize = new() { Width = width, Height = height },
            DeviceScaleFactor = scale,
            Permissions = ["clipboard-read", "clipboard-write"],
        });
        context.SetDefaultTimeout(15_000);
        var page = await context.NewPageAsync();
        page.PageError += (_, error) => Errors(page).Add(error);
        page.Console += (_, message) =>
        {
            if (message.Type == "error" && !message.Text.StartsWith("Failed to load resource", StringComparison.Ordinal))
            {
                Errors(page).Add(message.Text);
            }
        };
        return page;
    }

    /// <summary>What the browser complained of: a script's error, something the policy kept out.</summary>
    public static List<string> Errors(IPage page) => All.GetOrCreateValue(page);

    /// <summary>Nothing that axe finds, in light and in dark, nothing to scroll sideways, no error; and a picture of it.</summary>
    public static async Task LooksRight(IPage page, string name)
    {
        foreach (var scheme in new[] { ColorScheme.Light, ColorScheme.Dark })
        {
            await page.EmulateMediaAsync(new() { ColorScheme = scheme });
            var found = await page.RunAxe(new AxeRunOptions { ResultTypes = [ResultType.Violations, ResultType.Incomplete] });
            Assert.True(found.Violations.Length == 0, $"{name}, {scheme}: " + string.Join("; ", found.Violations.Select(v => $"{v.Id}: {v.Help} at {string.Join(", ", v.Nodes.Select(n => n.Html))}")));
            await page.ScreenshotAsync(new() { Path = Path.Combine(Pictures, $"{name}-{scheme}.png".ToLowerInvariant()), FullPage = true });
        }

        await page.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Light });
        Assert.True(await page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= innerWidth"), $"{name} has to be scrolled sideways");
        Assert.Empty(Errors(page));
    }

    public async ValueTask DisposeAsync()
    {
        await browser.DisposeAsync();
        playwright.Dispose();
    }

    private static readonly ConditionalWeakTable<IPage, List<string>> All = [];

    private static string Root()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Payments.sln")))
        {
            folder = Path.GetDirectoryName(folder)!;
        }

        return folder;
    }
}
