using FluentValidation;
using MediatR;
using Payments.Domain.Common;
using PhoneNumbers;

namespace Payments.Application.Common;

/// <summary>Runs the validators of a request before its handler; a failure is a <see cref="ValidationException"/>, a 400.</summary>
public sealed class Validation<TRequest, TResponse>(IEnumerable<IValidator<TRequest>> validators) : IPipelineBehavior<TRequest, TResponse>
    where TRequest : IRequest<TResponse>
{
    public async Task<TResponse> Handle(TRequest request, CancellationToken cancellationToken, RequestHandlerDelegate<TResponse> next)
    {
        foreach (var validator in validators)
        {
            await validator.ValidateAndThrowAsync(request, cancellationToken);
        }

        return await next();
    }
}

/// <summary>Rules that several requests share.</summary>
public static class ValidationRules
{
    /// <summary>Reads a Kenyan mobile number as people write it: <c>07…</c>, <c>01…</c>, <c>+254…</c>, <c>254…</c>, spaces and dashes allowed.</summary>
    public static bool TryReadPhone(string? text, out Msisdn msisdn)
    {
        msisdn = default;
        if (text is not { Length: >= 9 and <= 20 } || !text.All(c => char.IsAsciiDigit(c) || c is ' ' or '-' or '+'))
        {
            return false;
        }

        try
        {
            var number = PhoneNumberUtil.GetInstance().Parse(text, "KE");
            return number.CountryCode == 254 && Msisdn.TryParse($"254{number.NationalNumber}", out msisdn);
        }
        catch (NumberParseException)
        {
            return false;
        }
    }

    /// <summary>The rule for a phone number in a request.</summary>
    public static IRuleBuilderOptions<T, string?> Phone<T>(this IRuleBuilder<T, string?> rule) =>
        rule.Must(text => TryReadPhone(text, out _))
            .WithMessage("Give a Kenyan mobile number such as 0708 374 149, +254708374149 or 0110 000 000.");

    /// <summary>The rule for the id a shop's platform has for a checkout.</summary>
    public static IRuleBuilderOptions<T, string?> ExternalId<T>(this IRuleBuilder<T, string?> rule) =>
        rule.Must(text => text is null || (text.Length is >= 1 and <= 200 && !text.Any(char.IsControl)))
            .WithMessage("Give 1 to 200 characters, without control characters.");

    /// <summary>Text without control characters, which neither a phone nor PostgreSQL can show.</summary>
    public static IRuleBuilderOptions<T, string?> Printable<T>(this IRuleBuilder<T, string?> rule, int most) =>
        rule.Must(text => text is null || (text.Length <= most && !text.Any(char.IsControl)))
            .WithMessage($"Give at most {most} characters, without control characters.");
}
