namespace Payments.Application.Access;

/// <summary>The shops this service knows.</summary>
public interface IClients
{
    /// <summary>Names of clients that have a key now with the scope <c>checkouts</c> and without <c>ops</c>, which is an operator's; of the configuration or made later.</summary>
    Task<IReadOnlyCollection<string>> WithCheckouts();
}
