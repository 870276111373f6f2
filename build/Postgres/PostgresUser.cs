namespace Payments.Build;

/// <summary>
/// PostgreSQL refuses to run as root, and containers and build machines often are root. Its programs are then started
/// in a user namespace of their own where root looks like somebody else: the files stay root's, so no folder has to be
/// handed over and a home nobody else may enter (mode 0700) does no harm. Where user namespaces are switched off, they
/// are started as the user "nobody", to whom the data folder is given.
/// </summary>
internal sealed class PostgresUser
{
    // "nobody" on every Linux; the number has no meaning beyond not being 0.
    private const string Nobody = "65534";
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    private readonly string[] prefix;
    private readonly bool ownsFiles;

    private PostgresUser(string[] prefix, bool ownsFiles) => (this.prefix, this.ownsFiles) = (prefix, ownsFiles);

    /// <summary>Decides once how PostgreSQL's programs are to be started on this machine.</summary>
    public static async Task<PostgresUser> Choose()
    {
        if (!Environment.IsPrivilegedProcess)
        {
            return new PostgresUser([], ownsFiles: true);
        }

        string[] unshare = ["unshare", "--user", $"--map-user={Nobody}", $"--map-group={Nobody}"];
        if ((await Command.Run([.. unshare, "true"], Limit)).Succeeded)
        {
            return new PostgresUser(unshare, ownsFiles: true);
        }

        string[] setpriv = ["setpriv", "--reuid", Nobody, "--regid", Nobody, "--clear-groups"];
        if ((await Command.Run([.. setpriv, "true"], Limit)).Succeeded)
        {
            return new PostgresUser(setpriv, ownsFiles: false);
        }

        throw new StartProblemException("PostgreSQL does not run as root, and neither unshare nor setpriv works here; run this as an ordinary user.");
    }

    /// <summary>Gives the folder to the user PostgreSQL will run as, where that is somebody else.</summary>
    public async Task TakeFolder(string folder)
    {
        if (ownsFiles)
        {
            return;
        }

        await Command.Run(["chown", "-R", $"{Nobody}:{Nobody}", folder], Limit);
        if (!(await Command.Run([.. prefix, "test", "-w", folder], Limit)).Succeeded)
        {
            throw new StartProblemException(
                $"PostgreSQL does not run as root, and the user it would run as cannot enter {folder}; set PAYMENTS_LOCAL to a folder everybody may enter.");
        }
    }

    /// <summary>The command line that runs <paramref name="line"/> as that user.</summary>
    public IEnumerable<string> Line(params string[] line) => [.. prefix, .. line];
}
