using Payments.Api;

await ApiHost.Build(args).RunAsync();
