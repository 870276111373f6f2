using Payments.Build;

return await CommandLine.Run(args);
