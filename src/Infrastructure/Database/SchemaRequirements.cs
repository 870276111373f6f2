using Npgsql;

namespace Payments.Infrastructure.Database;

/// <summary>The schemas: ours, with the rights to use them and, while something is to be migrated, to change them.</summary>
internal static class SchemaRequirements
{
    private const string Name = "database.schema";

    /// <summary>Only ever added to; a role that may not change them is right.</summary>
    private const string AppendOnly = "'audit_log', 'migrations'";

    public static async Task<IReadOnlyList<Requirement>> Check(NpgsqlConnection connection, CancellationToken cancellation)
    {
        if (await OwnSchema.WhyForeign(connection, cancellation) is { } foreign)
        {
            return [new(Name, RequirementState.Refused, foreign)];
        }

        var role = await OwnSchema.Scalar<string>(connection, "SELECT current_user::text", cancellation);
        if (!await OwnSchema.Exists(connection, DataSources.Schema, cancellation))
        {
            return
            [
                await OwnSchema.Scalar<bool>(connection, "SELECT has_database_privilege(current_database(), 'CREATE')", cancellation)
                    ? new(Name, RequirementState.Met, "It will be made.")
                    : new(Name, RequirementState.Waiting, $"Schema {DataSources.Schema} is not there and role {role} may not make it: CREATE SCHEMA {DataSources.Schema} AUTHORIZATION {role}."),
            ];
        }

        var pending = Migrator.Scripts().Except(await OwnSchema.Journal(connection, cancellation), StringComparer.Ordinal).Any();
        return [await Rights(connection, role, pending, cancellation)];
    }

    private static async Task<Requirement> Rights(NpgsqlConnection connection, string role, bool pending, CancellationToken cancellation)
    {
        var unusable = await OwnSchema.Scalar<string[]>(
            connection,
            $"""
            SELECT coalesce(array_agg(nspname || '.' || relname ORDER BY nspname, relname), ARRAY[]::text[])
            FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
            WHERE nspname IN ('{DataSources.Schema}', '{JobsSchema.Own}') AND relkind IN ('r', 'p')
                AND NOT (has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT') AND has_table_privilege(c.oid, 'INSERT')
                    AND (relname IN ({AppendOnly}) OR (has_table_privilege(c.oid, 'UPDATE') AND has_table_privilege(c.oid, 'DELETE'))))
            """,
            cancellation);
        if (unusable.Length > 0)
        {
            return new(Name, RequirementState.Waiting, $"Role {role} may not read and write {Some(unusable)}: make it their owner, and the schema's (ALTER … OWNER TO {role}).");
        }

        if (!pending)
        {
            return new(Name, RequirementState.Met, $"Role {role} has all the rights it needs.");
        }

        var others = await OwnSchema.Scalar<string[]>(
            connection,
            $"""
            SELECT coalesce(array_agg(what), ARRAY[]::text[]) FROM (
                SELECT 'schema ' || nspname AS what FROM pg_namespace WHERE nspname = '{DataSources.Schema}' AND NOT pg_has_role(nspowner, 'USAGE')
                UNION ALL
                (SELECT nspname || '.' || relname FROM pg_class JOIN pg_namespace n ON n.oid = relnamespace
                WHERE nspname = '{DataSources.Schema}' AND relkind IN ('r', 'p', 'S') AND NOT pg_has_role(relowner, 'USAGE') ORDER BY 1)) others
            """,
            cancellation);
        return others.Length == 0
            ? new(Name, RequirementState.Met, $"It belongs to role {role}.")
            : new(Name, RequirementState.Waiting, $"Role {role} has to change the schema for this version and does not own {Some(others)}: "
                + $"ALTER … OWNER TO {role}, or start this version once with the role that does.");
    }

    private static string Some(string[] names) => names.Length == 1 ? names[0] : $"{names[0]} and {names.Length - 1} more";
}
