using Payments.Api;

return await CommandLine.Run(args, Console.Out, Console.Error);
