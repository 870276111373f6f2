using System.Net;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Payments.Build;
using Xunit;

namespace Payments.Tests.Integration;

/// <summary>Every address the service answers at has a row in docs/security.md that says who may ask for it and what that may cost, and every row is one.</summary>
public sealed partial class RouteTableTests(RunningWithMetrics running) : IClassFixture<RunningWithMetrics>
{
    private const int Columns = 7;

    /// <summary>What is no endpoint of routing: the dashboard is middleware, and anything else is answered 404.</summary>
    private static readonly string[] NoEndpoints = ["* /hangfire/**", "* /**"];

    private readonly PaymentsHost host = running.Host;

    private static List<string[]> Rows => [.. File.ReadAllLines(Path.Combine(RepositoryRoot.Find(), "docs", "security.md"))
        .SkipWhile(line => line != "## Every route").Skip(1).TakeWhile(line => !line.StartsWith("## ", StringComparison.Ordinal))
        .Where(line => line.StartsWith("| `", StringComparison.Ordinal)).Select(line => line.Trim('|', ' ').Split('|', StringSplitOptions.TrimEntries))];

    [Fact]
    public void Every_route_has_one_row_and_every_row_a_route()
    {
        var answered = host.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .SelectMany(e => (e.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? ["*"]).Select(method => $"{method} /{e.RoutePattern.RawText!.TrimStart('/')}"))
            .Concat(NoEndpoints).Distinct().Order(StringComparer.Ordinal).ToList();
        var described = Rows.SelectMany(row => Code().Matches(row[0]).SelectMany(code => Expand(code.Groups[1].Value))).Order(StringComparer.Ordinal).ToList();

        var (without, beyond) = (answered.Except(described).ToList(), described.Except(answered).ToList());
        Assert.True(without.Count == 0, "No row for " + string.Join(", ", without));
        Assert.True(beyond.Count == 0, "No route for " + string.Join(", ", beyond));
        Assert.Equal(described.Distinct(), described);
        Assert.True(answered.Count > 60);
    }

    [Fact]
    public void Every_row_answers_every_question()
    {
        Assert.True(Rows.Count > 10);
        Assert.All(Rows, row => Assert.True(row.Length == Columns && row.All(cell => cell.Length > 0), string.Join(" | ", row)));

        // Nothing of ours names what the caller calls us.
        Assert.All(Rows, row => Assert.Equal("no", row[^1]));
    }

    [Fact]
    public async Task The_rows_that_are_no_endpoints_are_answered_all_the_same()
    {
        Assert.Equal(HttpStatusCode.OK, (await host.Anonymous.GetAsync("/hangfire")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await host.Anonymous.GetAsync("/anything/else")).StatusCode);
    }

    /// <summary><c>{a,b}</c> stands for each of them; a route's own parameters have no comma.</summary>
    private static IEnumerable<string> Expand(string text)
    {
        var (methods, path) = text.Split(' ', 2) is [var m, var p] ? (m, p) : ("*", text);
        return methods.Split(',').SelectMany(method => Paths(path).Select(each => $"{method} {each}"));
    }

    private static IEnumerable<string> Paths(string path) => Choice().Match(path) is { Success: true } choice
        ? choice.Groups[1].Value.Split(',').SelectMany(one => Paths(path[..choice.Index] + one + path[(choice.Index + choice.Length)..]))
        : [path];

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Code();

    [GeneratedRegex(@"\{([^{}]*,[^{}]*)\}")]
    private static partial Regex Choice();
}
