using System.IO.Compression;
using System.Text;

namespace Payments.Tests.Unit;

/// <summary>Authentic bodies in forms nobody published. Each says what the recorded body says.</summary>
internal static class OddBodies
{
    private static readonly string Confirmation = Encoding.UTF8.GetString(Recorded.Body("c2b-paybill-masked-phone"));

    /// <summary>Confirmations from which the same number, amount and account can be made out as from the recorded one.</summary>
    public static readonly IReadOnlyDictionary<string, byte[]> Readable = new Dictionary<string, byte[]>
    {
        ["a Latin-1 byte in a name"] = Encoding.Latin1.GetBytes(Confirmation.Replace("\"JOHN\"", "\"JOS\u00c9\"")),
        ["a smart quote of Windows in a name"] = [.. Encoding.ASCII.GetBytes(Before("JOHN")), (byte)'N', 0x92, (byte)'G', .. Encoding.ASCII.GetBytes(After("JOHN"))],
        ["a line feed in a name"] = Text(Confirmation.Replace("\"JOHN\"", "\"JOHN\nDOE\"")),
        ["a tab in the account"] = Text(Confirmation.Replace("\"INV-8\"", "\"INV-8\t\"")),
        ["a bad escape"] = Text(Confirmation.Replace("\"JOHN\"", "\"NG\\'ANG\\'A\"")),
        ["an escape of nothing"] = Text(Confirmation.Replace("\"JOHN\"", "\"J\\u00\"")),
        ["a backslash that ends the account"] = Text(Confirmation.Replace("\"INV-8\"", "\"INV-8\\\"")),
        ["quotes in a name"] = Text(Confirmation.Replace("\"JOHN\"", "\"JOHN \"THE MAN\" DOE\"")),
        ["single quotes"] = Text(Confirmation.Replace('"', '\'').Replace("JOHN", "NG'ANG'A")),
        ["keys and values without quotes"] = Text("{" + string.Join(", ", Fields().Select(f => $"{f.Key}: {f.Value}")) + "}"),
        ["as Java writes a map"] = Text("{" + string.Join(", ", Fields().Select(f => $"{f.Key}={f.Value}")) + "}"),
        ["a currency"] = Text(Confirmation.Replace("\"5.00\"", "\"KES 5.00\"")),
        ["a currency behind it"] = Text(Confirmation.Replace("\"5.00\"", "\"5/=\"")),
        ["an exponent in a text"] = Text(Confirmation.Replace("\"5.00\"", "\"0.5E1\"")),
        ["a comma too many"] = Text(Confirmation.Replace("}", ",}")),
        ["a comma too few"] = Text(Confirmation.Replace("\",\"TransAmount", "\" \"TransAmount")),
        ["keys in lower case"] = Text(LowerKeys()),
        ["keys with underscores"] = Text(Confirmation.Replace("TransID", "trans_id").Replace("TransAmount", "trans_amount")),
        ["one key in lower case"] = Text(Confirmation.Replace("BillRefNumber", "billRefNumber")),
        ["a key twice with the same value"] = Text(Confirmation.Replace("\"TransAmount\":\"5.00\"", "\"TransAmount\":\"5.00\",\"TransAmount\":5")),
        ["the same document twice"] = Text(Confirmation + "\r\n" + Confirmation),
        ["a list of one"] = Text($"[{Confirmation}]"),
        ["inside an envelope"] = Text("{\"Body\":{\"C2BPaymentConfirmation\":" + Confirmation + "}}"),
        ["a document in a text"] = Text(System.Text.Json.JsonSerializer.Serialize(Confirmation)),
        ["something behind the end"] = Text(Confirmation + "\0\0\0"),
        ["a bracket behind the end"] = Text(Confirmation + "}"),
        ["something before the beginning"] = Text(")]}',\n" + Confirmation),
        ["two byte order marks"] = Text("\ufeff\ufeff" + Confirmation),
        ["UTF-16"] = [.. Encoding.Unicode.GetPreamble(), .. Encoding.Unicode.GetBytes(Confirmation)],
        ["UTF-16, the other way round"] = [.. Encoding.BigEndianUnicode.GetPreamble(), .. Encoding.BigEndianUnicode.GetBytes(Confirmation)],
        ["UTF-16 without a mark"] = Encoding.Unicode.GetBytes(Confirmation),
        ["a form"] = Text(Form(Uri.EscapeDataString)),
        ["a form in Latin-1"] = Text(Form(Uri.EscapeDataString).Replace("JOHN", "JOS%C9")),
        ["a form that escapes nothing"] = Encoding.Latin1.GetBytes(Form(text => text)),
        ["JSON in a form's field"] = Text("payload=" + Uri.EscapeDataString(Confirmation)),
        ["parts of a form"] = Text(string.Concat(Fields().Select(f => $"--x\r\nContent-Disposition: form-data; name=\"{f.Key}\"\r\n\r\n{f.Value}\r\n")) + "--x--\r\n"),
        ["XML"] = Text("<?xml version=\"1.0\"?><c2b:Confirmation>" + string.Concat(Fields().Select(f => $"<c2b:{f.Key}>{f.Value}</c2b:{f.Key}>")) + "</c2b:Confirmation>"),
        ["gzip"] = Packed(stream => new GZipStream(stream, CompressionLevel.Optimal), Text(Confirmation)),
        ["deflate"] = Packed(stream => new ZLibStream(stream, CompressionLevel.Optimal), Text(Confirmation)),
        ["deflate without a header"] = Packed(stream => new DeflateStream(stream, CompressionLevel.Optimal), Text(Confirmation)),
        ["Brotli"] = Packed(stream => new BrotliStream(stream, CompressionLevel.Optimal), Text(Confirmation)),
        ["gzip twice, in Latin-1"] = Packed(stream => new GZipStream(stream, CompressionLevel.Fastest), Packed(
            stream => new GZipStream(stream, CompressionLevel.Fastest), Encoding.Latin1.GetBytes(Confirmation.Replace("JOHN", "JOS\u00c9")))),
        ["no number of ours"] = Text(Confirmation.Replace("\"BusinessShortCode\":\"600966\",", "").Replace("}", ",}")),
        ["our number alone in lower case"] = Text(Confirmation.Replace("BusinessShortCode", "businessShortCode")),
        ["our number twice"] = Text(Confirmation.Replace("\"BusinessShortCode\":", "\"BusinessShortCode\":600966,\"BusinessShortCode\":")),
    };

    /// <summary>Confirmations of which nobody can say for certain what moved.</summary>
    public static readonly IReadOnlyDictionary<string, byte[]> Unreadable = new Dictionary<string, byte[]>
    {
        ["two amounts"] = Text(Confirmation.Replace("\"TransAmount\":\"5.00\"", "\"TransAmount\":\"5.00\",\"TransAmount\":\"500.00\"")),
        ["two amounts in keys of other case"] = Text(LowerKeys().Replace("\"transamount\":\"5.00\"", "\"transamount\":\"5.00\",\"TRANSAMOUNT\":\"500.00\"")),
        ["an amount and something else"] = Text(Confirmation.Replace("\"TransAmount\":\"5.00\"", "\"TransAmount\":\"5.00\",\"TransAmount\":\"many\"")),
        ["two numbers"] = Text(Confirmation.Replace("\"TransID\":\"RKL51ZDR4F\"", "\"TransID\":\"RKL51ZDR4F\",\"TransID\":\"RKL51ZDR4G\"")),
        ["two documents with different amounts"] = Text(Confirmation + Confirmation.Replace("5.00", "500.00")),
        ["two documents with different numbers"] = Text(Confirmation + Confirmation.Replace("RKL51ZDR4F", "RKL51ZDR4G")),
        ["another amount typed as a name"] = Text(Confirmation.Replace("\"JOHN\"", "\"J\n\",\"TransAmount\":\"500000.00\",\"X\":\"\"")),
        ["another amount in a field of a form"] = Text(Form(text => text) + "&TransAmount=500.00"),
        ["a comma that may be a point"] = Text(Confirmation.Replace("\"5.00\"", "\"5,000\"")),
        ["a comma outside a text"] = Text(Confirmation.Replace("\"5.00\"", "1,500.00")),
        ["two numbers that were paid"] = Text(Confirmation.Replace("\"BusinessShortCode\":", "\"BusinessShortCode\":\"600777\",\"BusinessShortCode\":")),
        ["half cents"] = Text(Confirmation.Replace("\"5.00\"", "\"5.005\"")),
        ["no amount"] = Text(Confirmation.Replace("5.00", "")),
        ["less than nothing"] = Text(Confirmation.Replace("\"5.00\"", "\"-5.00\"")),
        ["a number in lower case"] = Text(Confirmation.Replace("RKL51ZDR4F", "rkl51zdr4f")),
        ["cut short in the middle"] = Text(Confirmation[..^40]),
        ["cut short in the amount"] = Text(Confirmation[..(Confirmation.IndexOf("5.00", StringComparison.Ordinal) + 1)]),
        ["a gzip cut short"] = Packed(stream => new GZipStream(stream, CompressionLevel.Optimal), Text(Confirmation))[..^60],
        ["a gzip that would fill the memory"] = Packed(stream => new GZipStream(stream, CompressionLevel.Optimal), new byte[8 * 1024 * 1024]),
        ["bytes nobody can unpack"] = [0x28, 0xb5, 0x2f, 0xfd, 0x04, 0x58, 0x99, 0x01, 0x00, 0x7b, 0x22, 0x54],
        ["nothing"] = [],
        ["an empty object"] = Text("{}"),
        ["an error page"] = Text("<html><body><h1>503 Service Unavailable</h1></body></html>"),
    };

    private static Dictionary<string, string> Fields() => new()
    {
        ["TransactionType"] = "Pay Bill",
        ["TransID"] = "RKL51ZDR4F",
        ["TransTime"] = "20231121121325",
        ["TransAmount"] = "5.00",
        ["BusinessShortCode"] = "600966",
        ["BillRefNumber"] = "INV-8",
        ["MSISDN"] = "2547 ***** 149",
        ["FirstName"] = "JOHN",
    };

    public static byte[] Packed(Func<Stream, Stream> packer, byte[] body)
    {
        using var packed = new MemoryStream();
        using (var stream = packer(packed))
        {
            stream.Write(body);
        }

        return packed.ToArray();
    }

    private static byte[] Text(string text) => Encoding.UTF8.GetBytes(text);

    private static string Form(Func<string, string> escape) => string.Join('&', Fields().Select(f => $"{f.Key}={escape(f.Value).Replace(' ', '+')}"));

    private static string LowerKeys() => System.Text.RegularExpressions.Regex.Replace(Confirmation, "\"([A-Za-z]+)\":", m => m.Value.ToLowerInvariant());

    private static string Before(string part) => Confirmation[..Confirmation.IndexOf(part, StringComparison.Ordinal)];

    private static string After(string part) => Confirmation[(Confirmation.IndexOf(part, StringComparison.Ordinal) + part.Length)..];
}
