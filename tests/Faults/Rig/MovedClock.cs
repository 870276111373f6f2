using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using Payments.Tests.Faults;

/// <summary>
/// Runs in a process of ours before its Main (the name and the place without a namespace are .NET's): moves what .NET takes for the time of
/// day, and nothing else.
/// </summary>
internal static class StartupHook
{
    public static void Initialize() => MovedClock.Move();
}

namespace Payments.Tests.Faults
{
    /// <summary>
    /// A wrong clock for one process, without touching the machine's or asking for a library: .NET reads the time of day through one function
    /// of its own native library, whose first bytes are replaced by a jump to the same thing with an offset. Waits and timeouts use another clock
    /// and stay right, as they do on a machine whose clock is wrong. Linux on x64.
    /// </summary>
    internal static class MovedClock
    {
        private const string Variable = "PAYMENTS_FAULTS_CLOCK_SECONDS";
        private const int ReadWriteExecute = 7;
        private const int PrivateAnonymous = 0x22;
        private const int Page = 4096;

        /// <summary>The environment of a process whose clock is so far off.</summary>
        public static (string Name, string Value)[] Settings(TimeSpan offset) =>
        [
            ("DOTNET_STARTUP_HOOKS", typeof(MovedClock).Assembly.Location),
            (Variable, offset.TotalSeconds.ToString(CultureInfo.InvariantCulture)),
        ];

        public static void Move()
        {
            if (!long.TryParse(Environment.GetEnvironmentVariable(Variable), CultureInfo.InvariantCulture, out var seconds))
            {
                return;
            }

            var library = NativeLibrary.Load("libSystem.Native", typeof(object).Assembly, null);
            var ticks = NativeLibrary.GetExport(library, "SystemNative_GetSystemTimeAsTicks");
            var clock = NativeLibrary.GetExport(NativeLibrary.Load("libc.so.6"), "clock_gettime");

            var code = mmap(0, Page, ReadWriteExecute, PrivateAnonymous, -1, 0);
            var moved = Code(clock, seconds * TimeSpan.TicksPerSecond);
            Marshal.Copy(moved, 0, code, moved.Length);

            // The function's page, and the next in case it begins at the end of one.
            var page = ticks & ~(nint)(Page - 1);
            if (code == -1 || mprotect(page, 2 * Page, ReadWriteExecute) != 0)
            {
                throw new InvalidOperationException($"The clock cannot be moved (error {Marshal.GetLastPInvokeError()}).");
            }

            var jump = Jump(code);
            Marshal.Copy(jump, 0, ticks, jump.Length);
        }

        /// <summary><c>long f() { timespec t; clock_gettime(CLOCK_REALTIME, &amp;t); return t.sec * 10000000 + t.nsec / 100 + offset; }</c></summary>
        private static byte[] Code(nint clock, long offset) =>
        [
            0x48, 0x83, 0xEC, 0x18, //                          sub rsp, 24
            0x31, 0xFF, //                                      xor edi, edi
            0x48, 0x89, 0xE6, //                                mov rsi, rsp
            0x48, 0xB8, .. Bytes(clock), //                     mov rax, clock_gettime
            0xFF, 0xD0, //                                      call rax
            0x48, 0x69, 0x0C, 0x24, 0x80, 0x96, 0x98, 0x00, //  imul rcx, [rsp], 10000000
            0x48, 0x8B, 0x44, 0x24, 0x08, //                    mov rax, [rsp + 8]
            0x31, 0xD2, //                                      xor edx, edx
            0x41, 0xB8, 0x64, 0x00, 0x00, 0x00, //              mov r8d, 100
            0x49, 0xF7, 0xF0, //                                div r8
            0x48, 0x01, 0xC8, //                                add rax, rcx
            0x48, 0xB9, .. Bytes(offset), //                    mov rcx, offset
            0x48, 0x01, 0xC8, //                                add rax, rcx
            0x48, 0x83, 0xC4, 0x18, //                          add rsp, 24
            0xC3, //                                            ret
        ];

        private static byte[] Jump(nint to) => [0x48, 0xB8, .. Bytes(to), 0xFF, 0xE0];

        private static byte[] Bytes(long value)
        {
            var bytes = new byte[8];
            BinaryPrimitives.WriteInt64LittleEndian(bytes, value);
            return bytes;
        }

        [DllImport("libc", SetLastError = true)]
        [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
        private static extern nint mmap(nint address, nint length, int protection, int flags, int file, nint offset);

        [DllImport("libc", SetLastError = true)]
        [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
        private static extern int mprotect(nint address, nint length, int protection);
    }
}
