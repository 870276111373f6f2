using Payments.Api;

try
{
    if (args is ["keys", ..])
    {
        return await KeysCommand.Run(args, Console.Out);
    }

    if (args is ["privacy", ..])
    {
        return await PrivacyCommand.Run(args, Console.Out);
    }

    if (args is ["hash-password"])
    {
        return await Passwords.Run();
    }

    await ApiHost.Build(args).RunAsync();
    return Environment.ExitCode;
}
catch (ConfigurationException wrong)
{
    await Console.Error.WriteLineAsync(wrong.Message);
    return 1;
}
