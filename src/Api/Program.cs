using Payments.Api;

try
{
    await ApiHost.Build(args).RunAsync();
    return Environment.ExitCode;
}
catch (ConfigurationException wrong)
{
    await Console.Error.WriteLineAsync(wrong.Message);
    return 1;
}
