namespace Payments.Build;

/// <summary>Finds the folder of the clone from the program's own place, so that it does not matter where a command is typed.</summary>
internal static class RepositoryRoot
{
    /// <summary>The folder with Payments.sln above the running program.</summary>
    public static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Payments.sln")))
            {
                return folder.FullName;
            }
        }

        throw new StartProblemException($"{AppContext.BaseDirectory} is not inside a clone of Payments (no Payments.sln above it).");
    }

    /// <summary>Where everything that is not committed lives: data, spool, downloaded PostgreSQL. <c>PAYMENTS_LOCAL</c> moves it.</summary>
    public static string Local(string root) =>
        Path.GetFullPath(Environment.GetEnvironmentVariable("PAYMENTS_LOCAL") is { Length: > 0 } local ? local : Path.Combine(root, ".local"));
}
