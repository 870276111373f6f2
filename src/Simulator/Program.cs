using Payments.Simulator;

await SimulatorHost.Build(args).RunAsync();
