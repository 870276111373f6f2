namespace Payments.Tests.Unit;

/// <summary>Recorded bodies: one file each, named for the case.</summary>
internal static class Recorded
{
    private static readonly string Folder = Find();

    public static IEnumerable<string> Names => Directory.EnumerateFiles(Folder, "*.json").Select(file => Path.GetFileNameWithoutExtension(file)!).Order();

    public static byte[] Body(string name) => File.ReadAllBytes(Path.Combine(Folder, name + ".json"));

    /// <summary>The sources lie above the test's binaries: the files are read where they are edited.</summary>
    private static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var payloads = Path.Combine(folder.FullName, "tests", "Unit", "Daraja", "Payloads");
            if (Directory.Exists(payloads))
            {
                return payloads;
            }
        }

        throw new DirectoryNotFoundException("tests/Unit/Daraja/Payloads is not above " + AppContext.BaseDirectory);
    }
}
