#pragma once

#include <jni.h>

#include <string>
#include <string_view>

namespace iocp4j::jni {

// The classes of iocp4j may be relocated to another package, as shading plugins do. That changes all names in Java, but
// not the names in this DLL.

// Finds the package from the caller of System.load. Call it in JNI_OnLoad, while that caller is on the stack.
void findPackage(JNIEnv* env);

// Replaces the package in a class name or signature of this library.
std::string inPackage(std::string_view text);

}  // namespace iocp4j::jni
