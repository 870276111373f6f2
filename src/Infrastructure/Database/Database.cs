using System.Data;
using Dapper;
using Npgsql;

namespace Payments.Infrastructure;

/// <summary>The one data source of a process, which Hangfire shares: two pools in one TransactionScope would fail at commit.</summary>
public static class Database
{
    /// <summary>The schema of this service's own tables.</summary>
    public const string Schema = "payments";

    /// <summary>Makes the data source from an operator's connection string, with the session settings every transaction relies on.</summary>
    public static NpgsqlDataSource Create(string connectionString) => Create(DatabaseSettings.Read(connectionString));

    /// <summary>The same from what has been read already.</summary>
    public static NpgsqlDataSource Create(DatabaseSettings settings)
    {
        DefaultTypeMap.MatchNamesWithUnderscores = true;
        SqlMapper.AddTypeHandler(new UtcTimes());

        // Its name is the pool's label in metrics; without one that would be the connection string.
        return new NpgsqlDataSourceBuilder(settings.Connection.ConnectionString) { Name = "payments" }
            .UsePhysicalConnectionInitializer(SessionSettings.Apply, SessionSettings.ApplyAsync)
            .Build();
    }

    /// <summary>Npgsql gives UTC DateTimes; everything here is a DateTimeOffset.</summary>
    private sealed class UtcTimes : SqlMapper.TypeHandler<DateTimeOffset>
    {
        public override DateTimeOffset Parse(object value) => value switch
        {
            DateTimeOffset offset => offset,
            DateTime time => new(DateTime.SpecifyKind(time, DateTimeKind.Utc)),
            _ => throw new DataException($"A {value.GetType().Name} is no point in time."),
        };

        public override void SetValue(IDbDataParameter parameter, DateTimeOffset value) => parameter.Value = value.ToUniversalTime();
    }
}
