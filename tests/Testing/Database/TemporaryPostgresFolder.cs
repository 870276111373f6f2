using System.Runtime.InteropServices;
using Payments.Build;

namespace Payments.Testing;

/// <summary>
/// A temporary folder for a PostgreSQL. Whatever runs in it is stopped and the folder removed when it is disposed or
/// the test process ends, also by SIGTERM; what a killed run (SIGKILL) left behind is removed by the next.
/// </summary>
internal sealed class TemporaryPostgresFolder : IAsyncDisposable
{
    private const string Prefix = "payments-tests-";

    private readonly FileStream owner;
    private readonly SemaphoreSlim removing = new(1);
    private readonly PosixSignalRegistration termination;
    private bool removed;

    private TemporaryPostgresFolder(string path, FileStream owner)
    {
        (Path, this.owner) = (path, owner);
        // Since .NET 10 a SIGTERM nobody registered for ends the process without ProcessExit.
        // It stays registered for the life of the process: undone inside its own handler it would undo the signal too.
        termination = PosixSignalRegistration.Create(PosixSignal.SIGTERM, _ => RemoveAtExit());
        AppDomain.CurrentDomain.ProcessExit += (_, _) => RemoveAtExit();
    }

    /// <summary>The folder; whoever needs it makes it.</summary>
    public string Path { get; }

    /// <summary>Removes what killed runs left, and reserves a new folder.</summary>
    public static async Task<TemporaryPostgresFolder> Create()
    {
        foreach (var path in Directory.GetFiles(System.IO.Path.GetTempPath(), Prefix + "*.lock"))
        {
            // A lock that can be had belongs to nobody: the system lets it go when its process dies, however it dies.
            if (Lock(path) is { } leftover)
            {
                await Remove(path[..^".lock".Length], leftover);
            }
        }

        // Between a file's making and its locking somebody who removes what killed runs left may find it, and take it for such.
        for (var tries = 0; ; tries++)
        {
            var mine = System.IO.Path.Combine(System.IO.Path.GetTempPath(), Prefix + Guid.NewGuid().ToString("N"));
            if (Lock(mine + ".lock") is { } owner)
            {
                return new TemporaryPostgresFolder(mine, owner);
            }

            if (tries == 10)
            {
                throw new IOException($"{mine}.lock is taken.");
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await removing.WaitAsync();
        try
        {
            if (!removed)
            {
                await Remove(Path, owner);
            }

            removed = true;
        }
        finally
        {
            removing.Release();
        }
    }

    private void RemoveAtExit() => DisposeAsync().AsTask().GetAwaiter().GetResult();

    private static async Task Remove(string folder, FileStream owner)
    {
        await LocalPostgres.StopLeftover(RepositoryRoot.Find(), folder, isThrownAway: true);

        // Hundreds of databases of hundreds of files each: by as many hands as there are.
        var databases = System.IO.Path.Combine(folder, "data", "base");
        if (Directory.Exists(databases))
        {
            Parallel.ForEach(Directory.GetDirectories(databases), database => Directory.Delete(database, recursive: true));
        }

        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }

        File.Delete(owner.Name);
        await owner.DisposeAsync();
    }

    private static FileStream? Lock(string path)
    {
        try
        {
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (Exception taken) when (taken is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
