namespace Payments.Build;

/// <summary>Makes the packages that shops install, all with the service's version.</summary>
internal static class Pack
{
    // A restore over a poor line takes minutes.
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(10);

    /// <summary>Packs all of them into <paramref name="output"/>; where that is null into the clone's <c>artifacts</c>.</summary>
    public static async Task<int> Run(string? output)
    {
        var root = RepositoryRoot.Find();
        var folder = Path.GetFullPath(output ?? Path.Combine(root, "artifacts"));
        try
        {
            Directory.CreateDirectory(folder);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            throw new StartProblemException($"{folder} cannot be written: {refused.Message}");
        }

        // The paths of this machine are nobody's business, and the same source is the same package everywhere.
        await Do(
            [Service.DotnetHost, "pack", "packages/Payments.Client", "--configuration", "Release", "--output", folder, "-p:ContinuousIntegrationBuild=true", "--nologo"], root);
        foreach (var package in Directory.GetDirectories(Path.Combine(root, "packages")).Where(p => File.Exists(Path.Combine(p, "package.json"))).Order(StringComparer.Ordinal))
        {
            // What makes its types is in its lock file; without scripts of others.
            await Do(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"], package);
            await Do(["npm", "pack", "--pack-destination", folder], package);
        }

        foreach (var file in Directory.GetFiles(folder).Order(StringComparer.Ordinal))
        {
            Console.WriteLine(file);
        }

        return 0;
    }

    private static async Task Do(string[] line, string folder)
    {
        var done = await Command.Run(line, Limit, folder);
        if (!done.Succeeded)
        {
            throw new StartProblemException(done switch
            {
                { ExitCode: -1 } when line[0] == "npm" && done.Output.Contains("not installed", StringComparison.Ordinal) =>
                    "npm is not installed, and the npm packages are made by it: install Node.js 20 or later.",
                _ => $"{string.Join(' ', line)} did not succeed in {folder}:\n{done.Output}",
            });
        }
    }
}
