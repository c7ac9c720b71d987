#pragma once

#include <jni.h>

#include <string>
#include <string_view>

namespace iocp4j::jni {

// The classes of iocp4j may have been moved to another package: a library that takes them into its own jar does so to
// keep clear of others that have taken them, too. All names in Java change with that, those in here do not.

// Learns the package from the caller of System.load, as long as that is on the stack: in JNI_OnLoad.
void findPackage(JNIEnv* env);

// A name or signature of ours with the package that it is in.
std::string inPackage(std::string_view text);

}  // namespace iocp4j::jni
