namespace Payments.Tests.Faults;

/// <summary>A process dies amid the first migration; then two migrate at once.</summary>
internal static class Migration
{
    public static async Task Run(Run run)
    {
        await using var world = await TestEnvironment.Start(run);
        var rounds = run.Options.Pick(1, 6);
        for (var round = 0; round < rounds; round++)
        {
            await using (var command = world.Database.CreateCommand("DROP SCHEMA IF EXISTS payments CASCADE; DROP SCHEMA IF EXISTS payments_hangfire CASCADE"))
            {
                await command.ExecuteNonQueryAsync(run.Stop);
            }

            // The first scripts have run and the last has not, as near as a watcher from outside can tell.
            await using (var dying = ChildProcess.Start("Api", Settings(world, "dying"), Path.Combine(run.Folder, "dying.log")))
            {
                await run.Until(async () => await world.Sql<bool>("SELECT to_regclass('payments.migrations') IS NOT NULL"), TimeSpan.FromSeconds(60));
                await Task.Delay(run.Choices.Next(0, 150), run.Stop);
                await dying.Kill();
            }

            var both = await Task.WhenAll(world.AddApi($"first-{round}"), world.AddApi($"second-{round}"));
            var twice = await world.Sql<long>("SELECT count(*) - count(DISTINCT scriptname) FROM payments.migrations");
            run.Must(twice == 0, $"{twice} migrations ran twice");
            foreach (var api in both)
            {
                await api.Kill();
            }
        }

        run.Did($"{rounds} times kill -9 amid the migration, then two processes migrating at once: both ready");
    }

    private static Dictionary<string, string> Settings(TestEnvironment world, string name)
    {
        var url = new Uri($"http://127.0.0.1:{ChildProcess.FreePort()}");
        return ApiSettings.Api(url, url, world.SimulatorUrl, world.Postgres.ConnectionString, Path.Combine(world.Run.Folder, name));
    }
}
