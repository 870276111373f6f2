using System.Reflection;
using System.Text.RegularExpressions;
using Xunit;

namespace Payments.Tests.Unit;

/// <summary>Api → Infrastructure → Application → Domain, and nothing the other way (docs/architecture.md).</summary>
public sealed partial class LayerTests
{
    private static readonly Assembly Domain = typeof(Domain.Common.Money).Assembly;
    private static readonly Assembly Application = typeof(Application.Callbacks.DrainCallbacks).Assembly;
    private static readonly Assembly Infrastructure = typeof(Infrastructure.Jobs.CallbackJobs).Assembly;
    private static readonly Assembly Api = typeof(Api.ApiHost).Assembly;
    private static readonly Assembly Simulator = typeof(Simulator.SimulatorHost).Assembly;

    /// <summary>Beside the composition root (Program, ApiHost, Hosting).</summary>
    private static readonly Dictionary<string, string> MaySeeInfrastructure = new(StringComparer.Ordinal)
    {
        ["Diagnostics/DoctorCommand.cs"] = "a command of the command line, which is put together by itself",
        ["Diagnostics/TunnelSettings.cs"] = "reads a section of the configuration",
        ["Health/HealthPages.cs"] = "shows what only adapters can know: the health of each",
    };

    [Fact]
    public void The_domain_references_nothing_but_the_framework() =>
        Assert.All(References(Domain), name => Assert.StartsWith("System", name, StringComparison.Ordinal));

    [Fact]
    public void The_application_knows_the_domain_and_no_adapter()
    {
        var references = References(Application);

        Assert.Contains("Payments.Domain", references);
        Assert.DoesNotContain(references, name => name is "Npgsql" or "Dapper" or "Payments.Infrastructure" or "Payments.Api"
            || name.StartsWith("Hangfire", StringComparison.Ordinal) || name.StartsWith("Microsoft.AspNetCore", StringComparison.Ordinal)
            || name is "System.Net.Http" or "System.Data.Odbc");
    }

    [Fact]
    public void Infrastructure_knows_the_application_and_not_the_api() =>
        Assert.DoesNotContain("Payments.Api", References(Infrastructure));

    [Fact]
    public void Nothing_references_the_simulator_and_it_references_nothing_of_ours()
    {
        Assert.All([Domain, Application, Infrastructure, Api], assembly => Assert.DoesNotContain("Payments.Simulator", References(assembly)));
        Assert.DoesNotContain(References(Simulator), name => name.StartsWith("Payments.", StringComparison.Ordinal));
    }

    [Fact]
    public void The_api_touches_infrastructure_only_where_it_is_composed_or_at_its_edges()
    {
        // No SQL and no rules in the Api: the database packages stay out of every type but the host's own wiring.
        var users = Api.GetTypes().Where(type => type.GetFields(BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.DeclaredOnly)
            .Any(field => field.FieldType.Namespace?.StartsWith("Npgsql", StringComparison.Ordinal) == true
                || field.FieldType.Namespace?.StartsWith("Dapper", StringComparison.Ordinal) == true));

        Assert.DoesNotContain(users, type => type.Name.EndsWith("Controller", StringComparison.Ordinal));
        Assert.DoesNotContain("Dapper", References(Api));
    }

    [Fact]
    public void The_api_sees_infrastructure_where_it_is_put_together_and_where_it_says_why()
    {
        var found = Directory.EnumerateFiles(Sources.File("src", "Api"), "*.cs", SearchOption.AllDirectories)
            .Select(file => (Name: Path.GetRelativePath(Sources.File("src", "Api"), file).Replace('\\', '/'), file))
            .Where(source => !source.Name.StartsWith("obj/", StringComparison.Ordinal) && !source.Name.StartsWith("bin/", StringComparison.Ordinal))
            .Where(source => UsesInfrastructure().IsMatch(File.ReadAllText(source.file)))
            .Select(source => source.Name)
            .Where(name => name is not ("Program.cs" or "ApiHost.cs") && !name.StartsWith("Hosting/", StringComparison.Ordinal));

        Assert.All(found, name => Assert.True(MaySeeInfrastructure.ContainsKey(name), $"src/Api/{name} uses Payments.Infrastructure: an interface in Application is what it needs."));
    }

    private static List<string> References(Assembly assembly) => [.. assembly.GetReferencedAssemblies().Select(a => a.Name!)];

    [GeneratedRegex(@"(?<![\w.])(?:Payments\.)?Infrastructure\.[A-Z]\w*")]
    private static partial Regex UsesInfrastructure();
}
