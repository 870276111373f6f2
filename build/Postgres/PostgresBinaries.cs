using System.Globalization;
using System.Text.RegularExpressions;

namespace Payments.Build;

/// <summary>A folder with PostgreSQL's programs.</summary>
/// <param name="Folder">The folder with initdb, pg_ctl and postgres (and perhaps pgbench).</param>
/// <param name="Major">The major version, 14 or newer.</param>
internal sealed partial record PostgresBinaries(string Folder, int Major)
{
    /// <summary>The oldest version the service supports (docs/operations.md).</summary>
    public const int OldestMajor = 14;

    private static readonly string[] Needed = ["initdb", "pg_ctl", "postgres"];

    // Debian and Ubuntu, Red Hat, Homebrew (Apple silicon, Intel), EDB's installer, Postgres.app.
    private static readonly (string Parent, string Pattern, string Below)[] Installed =
    [
        ("/usr/lib/postgresql", "*", "bin"),
        ("/usr", "pgsql-*", "bin"),
        ("/opt/homebrew/opt", "postgresql@*", "bin"),
        ("/usr/local/opt", "postgresql@*", "bin"),
        ("/Library/PostgreSQL", "*", "bin"),
        ("/Applications/Postgres.app/Contents/Versions", "*", "bin"),
    ];

    /// <summary>The path of one of PostgreSQL's programs.</summary>
    public string this[string program] => Path.Combine(Folder, program);

    /// <summary>True when statements can be counted: the library is there to be preloaded.</summary>
    public bool HasStatementStatistics =>
        new[] { "../lib", "../lib/postgresql", $"../../../lib/postgresql@{Major}" }
            .Any(lib => File.Exists(Path.Combine(Folder, lib, "pg_stat_statements.so")) || File.Exists(Path.Combine(Folder, lib, "pg_stat_statements.dylib")));

    /// <summary>The installed binaries, else those of the npm package; null and the reason when neither can be had.</summary>
    public static async Task<(PostgresBinaries? Binaries, string Reason)> Find(string root, int? wanted, CancellationToken stop)
    {
        if (await FindInstalled(wanted) is { } installed)
        {
            return (installed, "");
        }

        return wanted is null or NpmPostgres.Major ? await NpmPostgres.Find(root, stop) : (null, $"PostgreSQL {wanted} is not installed");
    }

    /// <summary>
    /// The installed binaries, or null. Data that exists can only be opened by the version that made it
    /// (<paramref name="wanted"/>); without data the first found will do.
    /// </summary>
    private static async Task<PostgresBinaries?> FindInstalled(int? wanted)
    {
        if (Environment.GetEnvironmentVariable("PAYMENTS_POSTGRES_BIN") is { Length: > 0 } named)
        {
            return await Read(named)
                ?? throw new StartProblemException($"PAYMENTS_POSTGRES_BIN is {named}, which has no initdb, pg_ctl and postgres of version {OldestMajor} or newer.");
        }

        foreach (var folder in Candidates())
        {
            if (await Read(folder) is { } found && (wanted is null || found.Major == wanted))
            {
                return found;
            }
        }

        return null;
    }

    /// <summary>The binaries in <paramref name="folder"/>, or null when there are none or they are too old.</summary>
    public static async Task<PostgresBinaries?> Read(string folder)
    {
        if (!Needed.All(program => File.Exists(Path.Combine(folder, program))))
        {
            return null;
        }
        // A link in PATH (/usr/local/bin/postgres) is followed, so that the libraries beside the real program are found.
        var postgres = new FileInfo(Path.Combine(folder, "postgres"));
        var real = postgres.ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? postgres.FullName;
        var version = await Command.Run([real, "--version"], TimeSpan.FromSeconds(10));
        var match = VersionText().Match(version.Output);
        if (!version.Succeeded || !match.Success)
        {
            return null;
        }

        var major = int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture);
        var realFolder = Path.GetDirectoryName(real)!;
        return major < OldestMajor ? null
            : new PostgresBinaries(Needed.All(program => File.Exists(Path.Combine(realFolder, program))) ? realFolder : folder, major);
    }

    private static IEnumerable<string> Candidates()
    {
        foreach (var folder in (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries))
        {
            yield return folder;
        }

        foreach (var (parent, pattern, below) in Installed.Where(place => Directory.Exists(place.Parent)))
        {
            foreach (var folder in Directory.GetDirectories(parent, pattern).OrderByDescending(MajorInName))
            {
                yield return Path.Combine(folder, below);
            }
        }
    }

    private static int MajorInName(string folder) =>
        int.TryParse(Digits().Match(Path.GetFileName(folder)).Value, CultureInfo.InvariantCulture, out var number) ? number : 0;

    [GeneratedRegex(@"\(PostgreSQL\) (\d+)")]
    private static partial Regex VersionText();

    [GeneratedRegex(@"\d+")]
    private static partial Regex Digits();
}
