using Payments.Application.Idempotency;
using Payments.Domain.Common;

namespace Payments.Application.Common;

/// <summary>Why a request was not done, in a form a program can act on.</summary>
/// <param name="Code">Stable, snake_case; the HTTP status follows from it.</param>
/// <param name="Detail">A sentence for a person, without personal data.</param>
/// <param name="RetryAt">When trying again may work; null when waiting does not help.</param>
/// <param name="Subject">The caller's own row the refusal is about, as its public id; null when there is none.</param>
public sealed record Refusal(string Code, string Detail, DateTimeOffset? RetryAt = null, string? Subject = null)
{
    /// <summary>Where a reader goes on, in place of the place it gave; null for every other refusal.</summary>
    public string? Next { get; init; }

    /// <summary>The row does not exist, or is another client's.</summary>
    public static Refusal NotFound(string what) => new("not_found", $"There is no such {what}.");
}

/// <summary>What a use case ended with, whatever it was about.</summary>
public interface IUseCaseResult
{
    /// <summary>Why it was not done; null when it was.</summary>
    Refusal? Refusal { get; }

    /// <summary>The row it made or changed, from which its answer can be made again; null where the answer needs no row.</summary>
    CreatedResource? Created { get; }
}

/// <summary>What was asked for, or why not.</summary>
public sealed record Result<T>(T? Value, Refusal? Refusal) : IUseCaseResult
    where T : class
{
    public CreatedResource? Created { get; init; }

    public static implicit operator Result<T>(T value) => new(value, null);

    public static implicit operator Result<T>(Refusal refusal) => new(null, refusal);
}

/// <summary>Makes results that an Idempotency-Key keeps.</summary>
public static class Result
{
    /// <summary>What was asked for, and the row it is: with a key, both are committed together.</summary>
    /// <param name="kind">One of <see cref="CreatedResourceKind"/>.</param>
    /// <param name="note"><see cref="CreatedResource.Note"/>.</param>
    public static Result<T> Created<T, TId>(T value, string kind, TId id, string? note = null)
        where T : class
        where TId : struct, IId<TId> => new(value, null) { Created = new(kind, id.Value, note) };
}
