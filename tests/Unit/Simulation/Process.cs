using MediatR;
using Payments.Application.C2b;
using Payments.Application.Callbacks;
using Payments.Application.Common;
using Payments.Application.Daraja;
using Payments.Application.Idempotency;
using Payments.Application.Reconciliation;
using Payments.Domain.Common;
using Payments.Domain.Refunds;
using Payments.Domain.Transfers;

namespace Payments.Tests.Unit;

/// <summary>It died at this very point: what was committed is committed, everything else of it never was.</summary>
internal sealed class CrashException : Exception;

/// <summary>
/// One process of ours as the handlers see it: its transactions, its calls to Safaricom, its work that outlives a request. It may die between
/// any two commits, and right before or after one; a call it has under way then answers nobody.
/// </summary>
/// <param name="crash">How likely it dies at a commit.</param>
/// <param name="held">How likely something here keeps a payout or refund from being sent: no certificate, no token, no connection, a pause.</param>
internal sealed class Process(VirtualClock time, Store store, Mpesa mpesa, double crash, double held) : ITransactions, IDaraja, IBackgroundCommands, IQueryRateLimiter
{
    public bool IsDead { get; private set; }

    /// <summary>Runs a command that outlives its request; given once the handlers are made.</summary>
    public Action<IBaseRequest> Later { get; set; } = _ => throw new NotSupportedException();

    public DateTimeOffset? StkPausedUntil => null;

    public bool NamesTransfers => mpesa.TakesNames;

    public void Die()
    {
        IsDead = true;
        time.Tell("    a process dies");
    }

    public Task<T> Run<T>(Func<DateTimeOffset, Task<T>> work, CancellationToken cancellation) => Run(null, work);

    public Task<T> Run<T>(Caller caller, Func<DateTimeOffset, Task<T>> work, CancellationToken cancellation) => Run(caller.Request, work);

    private Task<T> Run<T>(IdempotentRequest? keyed, Func<DateTimeOffset, Task<T>> work)
    {
        if (IsDead)
        {
            throw new CrashException();
        }

        store.Begin();
        T result;
        try
        {
            // Nothing in a transaction waits for anything: that is the rule, and this would hang if it were broken.
            var running = work(time.Database);
            result = running.IsCompleted ? running.GetAwaiter().GetResult() : throw new InvalidOperationException("A transaction waits for something.");
        }
        catch (Exception why)
        {
            time.Tell($"    rolled back: {why.Message}");
            store.Rollback();
            throw;
        }

        if (keyed is not null && result is IUseCaseResult { Created: { } made })
        {
            store.Keep(keyed.Key, made.Id);
        }

        if (time.Chance(crash))
        {
            store.Rollback();
            Die();
            throw new CrashException();
        }

        store.Commit();
        if (time.Chance(crash))
        {
            Die();
            throw new CrashException();
        }

        return Task.FromResult(result);
    }

    /// <summary>Nothing here is ever locked or away, so once is enough.</summary>
    public Task<T> RunWithRetry<T>(Func<DateTimeOffset, Task<T>> work) => Run(work, CancellationToken.None);

    public Task<T> DryRun<T>(Func<DateTimeOffset, Task<T>> work, CancellationToken cancellation) => throw new NotSupportedException();

    public Task<T> Send<T>(IRequest<T> command)
    {
        Later(command);
        return Task.FromResult(default(T)!);
    }

    public Task<Reply> SendStkPush(StkPushRequest prompt, CancellationToken cancellation) => Call<Reply>(reply => mpesa.Take(prompt, reply));

    public Task<PaymentResult> QueryStk(string requestId, CancellationToken cancellation) =>
        Call<PaymentResult>(answer => time.Within(0.05, time.Chance(0.05) ? 30 : 1, $"query about {requestId}", () => answer(mpesa.Answer(requestId))));

    /// <summary>What is known without asking anybody; the rest turns out when it is tried.</summary>
    public Reply.Refused? WhyNotNow(PayoutMethod? method) => time.Chance(held / 2) ? Kept() : null;

    public Task<Reply> Transfer(TransferRequest transfer, CancellationToken cancellation) => CallUnlessKept(
        reply => mpesa.Take(transfer.Kind, transfer.Id, transfer.OriginatorId, transfer.Method, transfer.Amount, transfer.Recipient, OfReceipt(transfer.Id), reply));

    public Task<Reply> Reverse(ReversalRequest reversal, CancellationToken cancellation) => CallUnlessKept(
        reply => mpesa.Take(SubjectKind.Refund, reversal.RefundId.Value, "", null, reversal.Amount, "", reversal.Receipt.Value, reply));

    public Task<Reply> QueryStatus(StatusQueryRequest question, CancellationToken cancellation) =>
        Call<Reply>(reply => time.Within(0.05, 1, "status question", () => reply(mpesa.Ask(question))));

    public Task<Reply> QueryBalance(StatusQueryId questionId, CancellationToken cancellation) => throw new NotSupportedException();

    public Task<Reply> RegisterUrls(RegistrationRequest registration, CancellationToken cancellation) => throw new NotSupportedException();

    public Task<PullPage> Pull(DateTimeOffset from, DateTimeOffset to, int offset, CancellationToken cancellation) => Task.FromResult(mpesa.Pull(from, to, offset));

    public Task<int> Available(DarajaQuery question, int most) =>
        Task.FromResult(question == DarajaQuery.Pull || time.Chance(0.9) ? most : time.Pick(0, 1));

    public Task Consume(int questions) => Task.CompletedTask;

    public Task<MissedSchedules> FindForgotten(TimeSpan age, TimeSpan pullAge, CancellationToken cancellation) => throw new NotSupportedException();

    public Task<DarajaView> Read(CancellationToken cancellation) => throw new NotSupportedException();

    /// <summary>No byte of it leaves; whoever fetches a token may take his time to find that out.</summary>
    private Task<Reply> CallUnlessKept(Action<Action<Reply>> make) => Call<Reply>(reply =>
    {
        if (time.Chance(held))
        {
            time.Within(0.01, time.Chance(0.1) ? 90 : 1, "it is kept here", () => reply(Kept()));
        }
        else
        {
            make(reply);
        }
    });

    private Reply.Refused Kept() => new(new(FailureCode.ProviderError, null, "Nothing was sent.", Retryable: time.Chance(0.5)))
    {
        WasUnread = true,
        Blocker = time.Pick(SendBlocker.Certificate, SendBlocker.AccessToken, SendBlocker.Connection, SendBlocker.Pause),
    };

    private string? OfReceipt(Guid transfer) => store.Transfers.OfType<Refund>().FirstOrDefault(r => r.Id.Value == transfer)?.OriginalReceipt.Value;

    /// <summary>A call is answered later, and goes on right there; never when its caller died meanwhile.</summary>
    private Task<T> Call<T>(Action<Action<T>> make)
    {
        var answer = new TaskCompletionSource<T>();
        make(value =>
        {
            if (!IsDead)
            {
                answer.SetResult(value);
            }
        });
        return answer.Task;
    }
}
