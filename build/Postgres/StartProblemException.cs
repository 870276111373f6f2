namespace Payments.Build;

/// <summary>Something a developer can put right, told in one sentence: shown as it is, without a stack trace.</summary>
internal sealed class StartProblemException(string sentence) : Exception(sentence);
