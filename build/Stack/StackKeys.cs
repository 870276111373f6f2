using System.Diagnostics;
using System.Security.Cryptography;
using System.Text.Json;

namespace Payments.Build;

/// <summary>
/// The keys of a stack that can be reached from the Internet: random, made at the first start, kept beside its data for its owner only.
/// Kept, because callbacks of yesterday's prompts carry tokens made with yesterday's secret.
/// </summary>
internal sealed record StackKeys(string ApiKey, string CallbackSecret, string OperatorPassword, string OperatorPasswordHash)
{
    private const int SecretBytes = 32;

    /// <summary>The keys in a folder, made if there are none.</summary>
    public static async Task<StackKeys> Load(string root, string folder)
    {
        var path = FileIn(folder);
        if (File.Exists(path))
        {
            try
            {
                if (JsonSerializer.Deserialize<StackKeys>(await File.ReadAllTextAsync(path))
                    is { ApiKey: not null, CallbackSecret: not null, OperatorPasswordHash: not null } kept)
                {
                    return kept;
                }
            }
            catch (JsonException)
            {
                // Said below.
            }
        }

        if (File.Exists(path))
        {
            throw new StartProblemException($"{path} holds no keys; start with --fresh to have others made.");
        }

        // 192 bits each: nobody guesses them, and they can still be copied by hand.
        var password = Convert.ToBase64String(RandomNumberGenerator.GetBytes(24)).Replace('+', '-').Replace('/', '_');
        var keys = new StackKeys(
            "sk_" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(24)), Convert.ToBase64String(RandomNumberGenerator.GetBytes(SecretBytes)), password,
            await Hash(root, password));
        var onlyOwner = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            onlyOwner.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        await using var file = new FileStream(path, onlyOwner);
        await JsonSerializer.SerializeAsync(file, keys);
        return keys;
    }

    /// <summary>The next start makes others.</summary>
    public static void Forget(string folder) => File.Delete(FileIn(folder));

    /// <summary>The API's own command makes the hash, so that it is the one it accepts.</summary>
    private static async Task<string> Hash(string root, string password)
    {
        var start = new ProcessStartInfo(Service.DotnetHost, ["exec", Service.ProgramOf(root, "Api"), "hash-password"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        using var process = Process.Start(start)!;
        await process.StandardInput.WriteLineAsync(password);
        process.StandardInput.Close();
        var hash = (await process.StandardOutput.ReadToEndAsync()).Trim();
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? hash : throw new StartProblemException("The operator's password could not be hashed.");
    }

    private static string FileIn(string folder) => Path.Combine(folder, "keys.json");
}
