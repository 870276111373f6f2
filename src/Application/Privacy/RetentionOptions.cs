namespace Payments.Application.Privacy;

/// <summary>
/// How long personal data is kept (configuration section <c>Retention</c>), in days. What is still undecided is kept longer, whatever
/// stands here; money, receipt numbers and times are kept for good (docs/privacy.md).
/// </summary>
public sealed class RetentionOptions
{
    /// <summary>
    /// The least for anything: a clientSecret may be made 7 days after its checkout and lives 7 days after its end, and until then a customer
    /// may be looking at what would be erased.
    /// </summary>
    public const int LeastDays = 15;

    /// <summary>
    /// Callbacks as they came, body and address, after they were dealt with. Questions about single payments come within days, a comparison
    /// with M-PESA's monthly statement within weeks: a quarter leaves room for both.
    /// </summary>
    public int CallbackBodiesDays { get; set; } = 90;

    /// <summary>
    /// Callbacks nobody vouched for, whole. They prove nothing and can only hasten a question, whose schedule is over in a day; a month lets
    /// an operator look into an attack. With the budget of a day this bounds what strangers can make a database hold.
    /// </summary>
    public int HintsDays { get; set; } = 30;

    /// <summary>
    /// Phone numbers, names, accounts and free text of payments, payouts, refunds and cases, after their end. Customers come back to a payment
    /// within its year and a shop closes a year's books in the weeks after it: thirteen months cover both.
    /// </summary>
    public int PersonalDataDays { get; set; } = 400;
}
