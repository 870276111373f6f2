using System.Text.RegularExpressions;
using Payments.Build;
using Xunit;

namespace Payments.Tests.Unit;

/// <summary>No migration holds a large table for longer than it takes to change its definition.</summary>
public sealed partial class MigrationRuleTests
{
    /// <summary>The last script of before this rule; those before are not changed any more.</summary>
    private const int Before = 35;

    /// <summary>Tables that grow with every payment.</summary>
    private static readonly string[] Large = ["callbacks", "checkouts", "attempts", "receipts", "events", "payouts", "refunds", "questions", "idempotency_keys", "audit_log"];

    public static TheoryData<string> Scripts() =>
        [.. Directory.GetFiles(Path.Combine(RepositoryRoot.Find(), "src", "Infrastructure", "Migrations"), "*.sql").Select(path => Path.GetFileName(path)!)
            .Where(name => int.Parse(name[..4], System.Globalization.CultureInfo.InvariantCulture) > Before)];

    [Theory]
    [MemberData(nameof(Scripts))]
    public void A_large_table_is_not_read_through_under_a_lock(string script)
    {
        var sql = Comment().Replace(File.ReadAllText(Path.Combine(RepositoryRoot.Find(), "src", "Infrastructure", "Migrations", script)), "");

        Assert.Empty(Problems(sql));
    }

    [Theory]
    [InlineData("CREATE INDEX a ON callbacks (kind);")]
    [InlineData("CREATE UNIQUE INDEX IF NOT EXISTS a ON receipts (receipt);")]
    [InlineData("ALTER TABLE checkouts ADD CONSTRAINT a CHECK (amount > 0);")]
    [InlineData("ALTER TABLE checkouts\n    ADD COLUMN b int,\n    ADD CONSTRAINT a CHECK (amount > 0);")]
    [InlineData("ALTER TABLE payouts ALTER COLUMN amount TYPE numeric;")]
    [InlineData("ALTER TABLE attempts ALTER COLUMN phone SET NOT NULL;")]
    [InlineData("UPDATE receipts SET late = false;")]
    public void What_would_is_found(string sql) => Assert.NotEmpty(Problems(sql));

    [Theory]
    [InlineData("CREATE INDEX CONCURRENTLY a ON callbacks (kind);")]
    [InlineData("ALTER TABLE checkouts ADD CONSTRAINT a CHECK (amount > 0) NOT VALID;")]
    [InlineData("ALTER TABLE checkouts ADD COLUMN b int;")]
    [InlineData("CREATE TABLE small (a int); CREATE INDEX a ON small (a);")]
    public void What_does_not_is_left_alone(string sql) => Assert.Empty(Problems(sql));

    private static List<string> Problems(string sql)
    {
        var large = string.Join('|', Large);
        List<string> found = [];
        foreach (var statement in sql.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            bool Is(string pattern) => Regex.IsMatch(statement, pattern.Replace("LARGE", $"(payments\\.)?({large})\\b", StringComparison.Ordinal), RegexOptions.IgnoreCase | RegexOptions.Singleline);
            if (Is(@"^CREATE (UNIQUE )?INDEX (?!CONCURRENTLY).* ON LARGE")
                || (Is("^ALTER TABLE (IF EXISTS )?LARGE.*ADD CONSTRAINT.*(CHECK|FOREIGN KEY)") && !Is("NOT VALID"))
                || Is("^ALTER TABLE (IF EXISTS )?LARGE.*ALTER COLUMN.*( TYPE |SET NOT NULL)")
                || Is("^UPDATE LARGE"))
            {
                found.Add(statement);
            }
        }

        return found;
    }

    [GeneratedRegex("--[^\n]*")]
    private static partial Regex Comment();
}
