using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Payments.Application.Common;
using Payments.Infrastructure.Daraja;
using Xunit;

namespace Payments.Tests.Unit;

public sealed class DarajaOptionsTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("payments-daraja-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void A_complete_configuration_has_no_problem()
    {
        Assert.Empty(new DarajaOptionsValidator().Problems(Good()));
        var withInitiator = Good();
        (withInitiator.InitiatorName, withInitiator.InitiatorPassword, withInitiator.CertificatePath) = ("apiuser", "word", Certificate(pem: true).Path);
        Assert.Empty(new DarajaOptionsValidator().Problems(withInitiator));
    }

    [Fact]
    public void Every_problem_is_listed_at_once() =>
        Assert.Equal(
            ["Daraja__Environment", "Daraja__ConsumerKey", "Daraja__ConsumerSecret", "Daraja__Shortcode", "Daraja__Passkey"],
            new DarajaOptionsValidator().Problems(new DarajaOptions()).Select(problem => problem.Key));

    public static TheoryData<string, Action<DarajaOptions>> Wrong => new()
    {
        { "Daraja__Environment", o => o.Environment = "Prod" },
        { "Daraja__Environment", o => o.Environment = "2" },
        { "Daraja__Environment", o => o.Environment = "" },
        { "Daraja__BaseUrl", o => o.BaseUrl = null },
        { "Daraja__BaseUrl", o => o.BaseUrl = "localhost:5090" },
        { "Daraja__BaseUrl", o => (o.Environment, o.Shortcode) = ("Production", "600123") },
        { "Daraja__ConsumerKey", o => o.ConsumerKey = "key " },
        { "Daraja__ConsumerSecret", o => o.ConsumerSecret = "secret\n" },
        { "Daraja__Passkey", o => o.Passkey = "" },
        { "Daraja__Shortcode", o => o.Shortcode = "1234" },
        { "Daraja__Shortcode", o => o.Shortcode = "17437x" },
        { "Daraja__TillNumber", o => o.TillNumber = "12345678" },
        { "Daraja__NominatedNumber", o => o.NominatedNumber = "+254708374149" },
        { "Daraja__InitiatorName", o => o.InitiatorName = "apiuser" },
        { "Daraja__CertificatePath", o => (o.InitiatorName, o.InitiatorPassword, o.CertificatePath) = ("apiuser", "Initiator#1", "/nowhere.cer") },
        { "Daraja__Payouts__Shortcode", o => o.Payouts.Shortcode = "1" },
        { "Daraja__Payouts__ConsumerKey", o => o.Payouts.ConsumerKey = "another" },
        { "Daraja__Timeouts", o => o.Timeouts.Money = TimeSpan.Zero },
        { "Daraja__Breaker", o => o.Breaker.LeastCalls = 1 },
        { "Daraja__Payouts__InitiatorName", o => o.Payouts.InitiatorName = "another" },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public void A_problem_names_its_key_and_no_secret(string key, Action<DarajaOptions> spoil)
    {
        var options = Good();
        spoil(options);
        var problem = Assert.Single(new DarajaOptionsValidator().Problems(options));
        Assert.Equal(key, problem.Key);
        foreach (var secret in new[] { options.ConsumerSecret, options.Passkey, options.InitiatorPassword }.OfType<string>().Where(secret => secret.Length > 0))
        {
            Assert.DoesNotContain(secret.Trim(), problem.ToString());
        }
    }

    public static TheoryData<string, string, Action<DarajaOptions>> OfTheOtherEnvironment => new()
    {
        { "Production", "Daraja__Shortcode", o => o.Shortcode = "174379" },
        { "Production", "Daraja__Payouts__Shortcode", o => o.Payouts.Shortcode = "174379" },
        // Published by Safaricom for everybody who tries the sandbox.
        { "Production", "Daraja__Passkey", o => o.Passkey = "bfb279f9aa9bdbcf158e97dd71a467cd2e0c893059b10f78e6b72ada1ed2c919" },
        { "Production", "Daraja__CertificatePath", o => (o.InitiatorName, o.InitiatorPassword, o.CertificatePath) = ("apiuser", "word", SafaricomsOwn(SandboxKey)) },
        { "Sandbox", "Daraja__CertificatePath", o => (o.InitiatorName, o.InitiatorPassword, o.CertificatePath) = ("apiuser", "word", SafaricomsOwn(ProductionKey)) },
    };

    [Theory]
    [MemberData(nameof(OfTheOtherEnvironment))]
    public void What_is_known_to_be_of_the_other_environment_is_refused(string environment, string key, Action<DarajaOptions> mix)
    {
        var options = Good();
        (options.Environment, options.BaseUrl, options.Shortcode) = (environment, null, "600123");
        Assert.Empty(new DarajaOptionsValidator().Problems(options));

        mix(options);

        Assert.Equal(key, Assert.Single(new DarajaOptionsValidator().Problems(options)).Key);
    }

    [Fact]
    public void The_sandboxs_own_values_are_right_in_the_sandbox()
    {
        var options = Good();
        (options.Environment, options.BaseUrl, options.Shortcode) = ("Sandbox", null, "174379");
        (options.InitiatorName, options.InitiatorPassword, options.CertificatePath) = ("apiuser", "word", SafaricomsOwn(SandboxKey));
        Assert.Empty(new DarajaOptionsValidator().Problems(options));
    }

    [Fact]
    public void Safaricoms_addresses_are_fixed()
    {
        Assert.Equal("https://sandbox.safaricom.co.ke/", new DarajaOptions { Environment = "Sandbox" }.Url.ToString());
        Assert.Equal("https://api.safaricom.co.ke/", new DarajaOptions { Environment = "production" }.Url.ToString());
        Assert.Equal("http://localhost:5090/", Good().Url.ToString());
    }

    [Fact]
    public void What_payouts_do_not_set_is_taken_from_the_main_app()
    {
        var options = Good();
        Assert.Equal(options.Main, options.Paying);
        options.Payouts.Shortcode = "600999";
        Assert.Equal(options.Main with { Shortcode = "600999" }, options.Paying);
        Assert.Equal(options.Main.TokenKey, options.Paying.TokenKey);
        options.Payouts.ConsumerKey = "another";
        Assert.NotEqual(options.Main.TokenKey, options.Paying.TokenKey);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void The_initiators_password_is_encrypted_as_daraja_decrypts_it(bool pem)
    {
        var (path, key) = Certificate(pem);
        var app = Good().Main with { InitiatorName = "apiuser", InitiatorPassword = "Sommer#2026%", CertificatePath = path };
        var (credential, problem) = SecurityCredential.Encrypt(app);
        Assert.Null(problem);
        Assert.Equal(344, credential!.Length);
        Assert.Equal("Sommer#2026%"u8.ToArray(), key.Decrypt(Convert.FromBase64String(credential), RSAEncryptionPadding.Pkcs1));
        Assert.NotEqual(credential, SecurityCredential.Encrypt(app).Value);
    }

    [Fact]
    public void A_replaced_certificate_is_used_without_a_restart()
    {
        var (path, _) = Certificate(pem: true);
        var app = Good().Main with { InitiatorName = "apiuser", InitiatorPassword = "word", CertificatePath = path };
        SecurityCredential.Encrypt(app);
        var (other, key) = Certificate(pem: false);
        File.Move(other, path, overwrite: true);
        File.SetLastWriteTimeUtc(path, DateTime.UtcNow.AddMinutes(1));
        Assert.Equal("word"u8.ToArray(), key.Decrypt(Convert.FromBase64String(SecurityCredential.Encrypt(app).Value!), RSAEncryptionPadding.Pkcs1));
    }

    [Fact]
    public void A_certificate_that_is_none_is_said_to_be_none()
    {
        var path = Path.Combine(folder, "none.cer");
        File.WriteAllText(path, "<html>404</html>");
        Assert.Contains("no certificate", SecurityCredential.Encrypt(WithCertificate(path)).Problem);
    }

    [Fact]
    public void A_certificate_that_is_not_there_is_said_not_to_be_there() => Assert.Contains(
        "cannot be read",
        SecurityCredential.Encrypt(WithCertificate(Path.Combine(folder, "gone.cer"))).Problem);

    [Fact]
    public void An_app_prints_no_secret() => Assert.Equal("Simulator 174379", Good().Main.ToString());

    private static DarajaApp WithCertificate(string path) => Good().Main with { InitiatorName = "a", InitiatorPassword = "b", CertificatePath = path };

    private static DarajaOptions Good() => new()
    {
        Environment = "Simulator",
        BaseUrl = "http://localhost:5090",
        ConsumerKey = "consumer-key",
        ConsumerSecret = "consumer-secret",
        Shortcode = "174379",
        Passkey = "the-passkey",
    };

    /// <summary>The public keys of the certificates Safaricom gives out for its two environments.</summary>
    private const string SandboxKey = "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAqLcFdVcV7HdEOotsNLoMPhD74CX1ejzcgfNuiJNy9pTySxbszRBCWxmok3Unul4rX/zyVD/6vDb9nbqRywZIgR46UOn+tR3v"
        + "GXXPX6igxgS6DYTaQV8W858yOGLuoYwRi5xeQJfczAMU4o+sCxlBbMCqYs4nzW81fi8iF2OEUdrfJcbamhSnksdgfD/nomWy9MESAz1QufrOBnaRX2N0CKsi8SNmzsghpfP15VLiIVV8"
        + "YXPFKtd9sY37FpY28OKGjKG5wdije/bzFL8qEcPDhqYGuVaGkhX1bkI0iH+UcFtYYrZv/Fyb5jRHXmNLiq4mMG0fMH8ENxNACFtRZTDIIQIDAQAB";

    private const string ProductionKey = "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAoknIb5Tm1hxOVdFsOejAs6veAai32Zv442BLuOGkFKUeCUM2s0K8XEsUt6BP25rQGNlTCTEqfdtRrym6bt5k0fTDscf0yMCo"
        + "YzaxTh1mejg8rPO6bD8MJB0cFWRUeLEyWjMeEPsYVSJFv7T58IdAn7/RhkrpBl1dT7SmIZfNVkIlD35+Cxgab+u7+c7dHh6mWguEEoE3NbV7Xjl60zbD/Buvmu6i9EYz+27jNVPI6pRX"
        + "Hvp+ajIzTSsieD8Ztz1eoC9mphErasAGpMbR1sba9bM6hjw4tyTWnJDz7RdQQmnsW1NfFdYdK0qDRKUX7SG6rQkBqVhndFve4SDFRq6wvQIDAQAB";

    /// <summary>A certificate for a public key of Safaricom's, signed by nobody in particular: it is known by its key.</summary>
    private static string SafaricomsOwn(string publicKey)
    {
        using var signer = RSA.Create(2048);
        var request = new CertificateRequest(
            new X500DistinguishedName("CN=any.example"), PublicKey.CreateFromSubjectPublicKeyInfo(Convert.FromBase64String(publicKey), out _), HashAlgorithmName.SHA256);
        using var certificate = request.Create(
            new X500DistinguishedName("CN=anybody"), X509SignatureGenerator.CreateForRSA(signer, RSASignaturePadding.Pkcs1), DateTimeOffset.UtcNow.AddDays(-1),
            DateTimeOffset.UtcNow.AddDays(1), [1]);
        var path = Path.Combine(Path.GetTempPath(), $"payments-test-{Guid.NewGuid():N}.pem");
        File.WriteAllText(path, certificate.ExportCertificatePem());
        AppDomain.CurrentDomain.ProcessExit += (_, _) => File.Delete(path);
        return path;
    }

    private (string Path, RSA Key) Certificate(bool pem)
    {
        var key = RSA.Create(2048);
        using var certificate = new CertificateRequest("CN=test", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            .CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        var path = Path.Combine(folder, Guid.NewGuid().ToString("N") + ".cer");
        File.WriteAllBytes(path, pem ? System.Text.Encoding.ASCII.GetBytes(certificate.ExportCertificatePem()) : certificate.Export(X509ContentType.Cert));
        return (path, key);
    }
}
