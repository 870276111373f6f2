namespace Payments.Tests.Unit;

/// <summary>The repository's own files, above the test's binaries.</summary>
internal static class Sources
{
    public static readonly string Root = Find();

    public static string File(params string[] path) => Path.Combine([Root, .. path]);

    private static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (System.IO.File.Exists(Path.Combine(folder.FullName, "Payments.sln")))
            {
                return folder.FullName;
            }
        }

        throw new DirectoryNotFoundException("Payments.sln is not above " + AppContext.BaseDirectory);
    }
}
