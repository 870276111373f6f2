using MediatR;

namespace Payments.Application.Idempotency;

/// <summary>Forgets keys whose time is over. Answers how many rows changed.</summary>
public sealed record CleanIdempotencyKeys : IRequest<int>;

/// <summary>Small commits, and an end to them: what is left over waits for the next hour.</summary>
public sealed class CleanIdempotencyKeysHandler(IIdempotencyKeys keys) : IRequestHandler<CleanIdempotencyKeys, int>
{
    /// <summary>A delete of this size holds its locks for some milliseconds.</summary>
    private const int Batch = 1000;

    /// <summary>Half a million rows an hour: more than 100 keyed requests a second, for ever.</summary>
    private const int MaxBatches = 500;

    public async Task<int> Handle(CleanIdempotencyKeys request, CancellationToken cancellationToken)
    {
        var total = 0;
        for (var done = 0; done < MaxBatches; done++)
        {
            var cleaned = await keys.Clean(Batch, cancellationToken);
            total += cleaned;
            if (cleaned == 0)
            {
                break;
            }
        }

        return total;
    }
}
