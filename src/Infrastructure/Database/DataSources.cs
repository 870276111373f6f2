using System.Data;
using Dapper;
using Npgsql;
using Payments.Application.Common;

namespace Payments.Infrastructure.Database;

/// <summary>Makes the data sources of a process: one for each purpose, all alike but for their size.</summary>
public static class DataSources
{
    /// <summary>The schema of this service's own tables.</summary>
    public const string Schema = "payments";

    /// <summary>Once for the process, and before anything is asked by it: what Dapper makes of a statement it keeps.</summary>
    static DataSources()
    {
        DefaultTypeMap.MatchNamesWithUnderscores = true;
        SqlMapper.AddTypeHandler(new UtcTimes());
        DomainColumns.AddAll();
    }

    /// <summary>Makes the data source from an operator's connection string, with the session settings every transaction relies on.</summary>
    public static NpgsqlDataSource Create(string connectionString) => Create(DatabaseSettings.Read(connectionString));

    /// <summary>The same from what has been read already: the pool of one purpose.</summary>
    /// <param name="most">How many connections it may have open at once; null: as many as the whole process.</param>
    public static NpgsqlDataSource Create(DatabaseSettings settings, Purpose purpose = Purpose.Jobs, int? most = null)
    {
        var connection = new NpgsqlConnectionStringBuilder(settings.Connection.ConnectionString)
        {
            // What the operator says of the pool is said of the whole process (ConnectionBudget). None is kept open for nothing.
            MinPoolSize = 0,
            MaxPoolSize = most ?? settings.Connection.MaxPoolSize,
        };

        // Its name is the pool's label in metrics; without one that would be the connection string.
        return new NpgsqlDataSourceBuilder(connection.ConnectionString) { Name = "payments." + EnumNames.Name(purpose) }
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
