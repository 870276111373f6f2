using Payments.Api;

try
{
    if (args is ["keys", ..])
    {
        return await KeysCommand.Run(args, Console.Out);
    }

    if (args is ["hash-password"])
    {
        return await Passwords.Run();
    }

    if (args is ["health"])
    {
        return await HealthCommand.Run(Console.Out);
    }

    await ApiHost.Build(args).RunAsync();
    return Environment.ExitCode;
}
catch (ConfigurationException wrong)
{
    await Console.Error.WriteLineAsync(wrong.Message);
    return 1;
}
