using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace Payments.Build;

/// <summary>What a PostgreSQL of ours keeps in its folder: the data, its log, its password and the port it had last.</summary>
internal sealed class PostgresFolder(string path)
{
    /// <summary>The folder itself, readable by its owner only.</summary>
    public string Path { get; } = path;

    /// <summary>PostgreSQL's data directory.</summary>
    public string Data => System.IO.Path.Combine(Path, "data");

    /// <summary>What PostgreSQL wrote since its last start.</summary>
    public string Log => System.IO.Path.Combine(Path, "log");

    /// <summary>The file with the generated password of the user <c>payments</c>.</summary>
    public string PasswordFile => System.IO.Path.Combine(Path, "password");

    // There while PostgreSQL runs, and after it was killed.
    private string PidFile => System.IO.Path.Combine(Data, "postmaster.pid");

    private string PortFile => System.IO.Path.Combine(Path, "port");

    /// <summary>The major version that made the data, null without data; a sentence when the folder holds something else.</summary>
    public int? ReadMajor()
    {
        if (!Directory.Exists(Data) && !File.Exists(Data))
        {
            return null;
        }

        return TryReadMajor() ?? throw Broken("it is no PostgreSQL data folder");
    }

    /// <summary>The major version that made the data; null without data that anybody could open.</summary>
    public int? TryReadMajor()
    {
        var version = System.IO.Path.Combine(Data, "PG_VERSION");
        return File.Exists(version) && File.Exists(PasswordFile)
            && int.TryParse(File.ReadAllText(version).Trim(), CultureInfo.InvariantCulture, out var major) ? major : null;
    }

    /// <summary>Makes the folder and, for data about to be made, a new password.</summary>
    public void Prepare()
    {
        if (OperatingSystem.IsWindows())
        {
            throw new StartProblemException("On Windows use WSL, or give --database a connection string.");
        }

        Directory.CreateDirectory(Path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        File.Delete(PasswordFile);
        var onlyOwner = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        };
        using var file = new StreamWriter(PasswordFile, onlyOwner);
        file.Write(Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(24)));
    }

    /// <summary>The port of last time if nobody took it since, else a free one; remembered, so that tools need no new address each day.</summary>
    public int ChoosePort()
    {
        if (File.Exists(PortFile) && int.TryParse(File.ReadAllText(PortFile), CultureInfo.InvariantCulture, out var last) && IsFree(last))
        {
            return last;
        }
        // Below those the system gives to outgoing connections: a client that knocks at a dead server's port again and again could be given
        // that very port, talk to itself, and keep the server from coming back.
        var port = Enumerable.Repeat(0, 1000).Select(_ => Random.Shared.Next(26_000, 32_000)).First(IsFree);
        File.WriteAllText(PortFile, port.ToString(CultureInfo.InvariantCulture));
        return port;
    }

    /// <summary>The process number of the server running on our data.</summary>
    public int? RunningPid() =>
        File.Exists(PidFile) && int.TryParse(File.ReadLines(PidFile).FirstOrDefault(), CultureInfo.InvariantCulture, out var pid) && IsOurServer(pid) ? pid : null;

    /// <summary>Removes the pid file of a server that was killed: its number may belong to another program by now, and PostgreSQL would not start.</summary>
    public void ForgetPid() => File.Delete(PidFile);

    /// <summary>Forgets the port, because somebody else was quicker.</summary>
    public void ForgetPort() => File.Delete(PortFile);

    /// <summary>The sentence for data that cannot be used, with the reason.</summary>
    public StartProblemException Broken(string reason) =>
        new($"PostgreSQL cannot use the data in {Data}: {reason}; put it right, or start with --fresh to throw the data away.");

    /// <summary>PostgreSQL's own last complaint, for the sentence above.</summary>
    public string LastComplaint()
    {
        var lines = File.Exists(Log) ? File.ReadAllLines(Log) : [];
        var complaint = lines.LastOrDefault(line => line.Contains("FATAL:", StringComparison.Ordinal) || line.Contains("PANIC:", StringComparison.Ordinal))
            ?? lines.LastOrDefault(line => line.Length > 0);
        if (complaint is null)
        {
            return "it says nothing";
        }

        var start = complaint.IndexOf("FATAL:", StringComparison.Ordinal);
        return (start < 0 ? complaint : complaint[(start + "FATAL:".Length)..]).Trim();
    }

    private static bool IsFree(int port)
    {
        try
        {
            using var probe = new TcpListener(IPAddress.Loopback, port);
            probe.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private bool IsOurServer(int pid)
    {
        try
        {
            using var process = Process.GetProcessById(pid);
            var proc = $"/proc/{pid.ToString(CultureInfo.InvariantCulture)}";
            // PostgreSQL works in its data directory; where that may not be looked at, the command line names it.
            return !Directory.Exists(proc)
                ? process.ProcessName.StartsWith("postgres", StringComparison.Ordinal)
                : WorkingFolder(proc) == Data || File.ReadAllText($"{proc}/cmdline").Contains(Data, StringComparison.Ordinal);
        }
        catch (Exception gone) when (gone is ArgumentException or InvalidOperationException or IOException)
        {
            return false;
        }
    }

    private static string? WorkingFolder(string proc)
    {
        try
        {
            return new FileInfo($"{proc}/cwd").LinkTarget;
        }
        catch (UnauthorizedAccessException)
        {
            return null;
        }
    }
}
