using System.Security.Cryptography;
using System.Text;
using Payments.Application.Callbacks;
using Payments.Application.Common;
using Payments.Domain.Common;
using Payments.Infrastructure.Inbox.Spool;

namespace Payments.Testing;

/// <summary>A spool's folder for one test, and what to put in it.</summary>
internal sealed class SpoolFolder : IDisposable
{
    /// <summary>What a process with the tests' configuration signs with.</summary>
    public static SpoolSeal Seal { get; } = new([SHA256.HashData("test"u8)], "174379");

    public string Path { get; } = Directory.CreateTempSubdirectory("payments-spool-").FullName;

    /// <summary>Files whose callbacks still wait.</summary>
    public string[] Segments => Directory.GetFiles(Path, "*.spool");

    /// <summary>Files with damage set aside.</summary>
    public string[] Torn => Directory.GetFiles(Path, "*.torn");

    /// <summary>Files with one reason for their being set aside.</summary>
    public string[] Aside(string why) => Directory.GetFiles(Path, "*." + why);

    /// <summary>A callback nobody waits for, that can be told from every other.</summary>
    public static IncomingCallback Some(string mark) => new(
        NewId.Next<CallbackId>(), CallbackKind.Stk, null, Encoding.UTF8.GetBytes(mark), "application/json", "127.0.0.1", null);

    /// <summary>Leaves a segment as a process does that died: written, durable, and locked by nobody.</summary>
    public void Leave(params IncomingCallback[] callbacks)
    {
        using var spool = new CallbackSpool(new() { Path = Path }, Seal);
        spool.Append(callbacks);
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
