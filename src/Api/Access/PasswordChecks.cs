using System.Diagnostics;

namespace Payments.Api.Access;

/// <summary>
/// Where passwords are hashed: on one thread of its own, one after the other, and only as many wait as are worth waiting for. On the pool's
/// threads a flood of sign-ins would take the processors that callbacks need.
/// </summary>
internal sealed class PasswordChecks : IDisposable
{
    /// <summary>Tries that wait at once: strangers', and those of devices that signed in before, who come first. At a tenth of a second each.</summary>
    internal const int MaxWaiting = 8;

    /// <summary>Of one source: a form that was sent twice.</summary>
    internal const int MaxOfOneSource = 2;

    private readonly Lock gate = new();
    private readonly Dictionary<string, int> bySource = new(StringComparer.Ordinal);
    private readonly Queue<Work> known = new();
    private readonly Queue<Work> strangers = new();
    private readonly SemaphoreSlim waiting = new(0);
    private readonly CancellationTokenSource ending = new();
    private int knownInside;
    private int strangersInside;
    private Thread? thread;

    private sealed record Work(string? Hash, string Password, TaskCompletionSource<bool> Done);

    /// <summary>A place in the line; null when it is too long. Dispose it when the try is over.</summary>
    public Place? Enter(string source, bool isKnownDevice)
    {
        lock (gate)
        {
            ref var inside = ref isKnownDevice ? ref knownInside : ref strangersInside;
            if (inside >= MaxWaiting || bySource.GetValueOrDefault(source) >= MaxOfOneSource)
            {
                return null;
            }

            inside++;
            bySource[source] = bySource.GetValueOrDefault(source) + 1;
            return new(this, source, isKnownDevice);
        }
    }

    public void Dispose()
    {
        ending.Cancel();
        thread?.Join();
        ending.Dispose();
        waiting.Dispose();
    }

    private Task<bool> Add(Work work, bool isKnownDevice)
    {
        lock (gate)
        {
            (isKnownDevice ? known : strangers).Enqueue(work);
            if (thread is null)
            {
                thread = new(Run) { IsBackground = true, Name = "passwords" };
                thread.Start();
            }
        }

        waiting.Release();
        return work.Done.Task;
    }

    private void Leave(string source, bool isKnownDevice)
    {
        lock (gate)
        {
            ref var inside = ref isKnownDevice ? ref knownInside : ref strangersInside;
            inside--;
            if (--bySource[source] == 0)
            {
                bySource.Remove(source);
            }
        }
    }

    private void Run()
    {
        try
        {
            while (true)
            {
                waiting.Wait(ending.Token);
                Work work;
                bool isKnown;
                lock (gate)
                {
                    isKnown = known.Count > 0;
                    work = (isKnown ? known : strangers).Dequeue();
                }

                var began = Stopwatch.GetTimestamp();
                try
                {
                    work.Done.TrySetResult(Passwords.Matches(work.Hash, work.Password));
                }
                catch (Exception failure)
                {
                    work.Done.TrySetException(failure);
                }

                if (!isKnown)
                {
                    // Strangers have half of one processor at most, however many they are.
                    ending.Token.WaitHandle.WaitOne(Stopwatch.GetElapsedTime(began));
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The process ends; nobody waits any more.
        }
    }

    /// <summary>One try's place.</summary>
    internal sealed class Place(PasswordChecks checks, string source, bool isKnownDevice) : IDisposable
    {
        private int left;

        /// <summary>Whether the password is the one the hash was made of; a null hash takes as long and matches nothing.</summary>
        public Task<bool> Matches(string? hash, string password) =>
            checks.Add(new(hash, password, new(TaskCreationOptions.RunContinuationsAsynchronously)), isKnownDevice);

        public void Dispose()
        {
            if (Interlocked.Exchange(ref left, 1) == 0)
            {
                checks.Leave(source, isKnownDevice);
            }
        }
    }
}
