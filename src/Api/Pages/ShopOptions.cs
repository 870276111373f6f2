namespace Payments.Api.Pages;

/// <summary>Section <c>Shop</c>: what shoppers see of the shop on the pay page.</summary>
public sealed class ShopOptions
{
    /// <summary>The shop's name; without it the Pay Bill or till number stands there.</summary>
    public string? Name { get; set; }

    /// <summary>The colour of buttons and the line at the top: <c>#</c> and six hexadecimal digits. The text on it is made black or white, whichever is read more easily.</summary>
    public string Color { get; set; } = "#0a6b3d";

    /// <summary>A picture of at most 20 KB for the top of the page: a path that ends in <c>.png</c>, <c>.jpg</c>, <c>.webp</c> or <c>.svg</c>.</summary>
    public string? LogoPath { get; set; }

    /// <summary>Whom a shopper asks, in one line of at most 120 characters, such as <c>Questions? Call 0700 000 000 or write to help@shop.example.co.ke</c>.</summary>
    public string? Contact { get; set; }
}
