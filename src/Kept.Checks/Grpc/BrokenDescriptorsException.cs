namespace Kept.Checks.Grpc;

/// <summary>Descriptors that cannot be understood, or lack something: the fault of whoever made them, and not of a message.</summary>
internal sealed class BrokenDescriptorsException(string what) : FormatException("the descriptors: " + what);
