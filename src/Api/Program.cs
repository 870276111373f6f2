using Payments.Api.Hosting;


return await CommandLine.Run(args, Console.Out, Console.Error);
