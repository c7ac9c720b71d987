// What jni.h includes, as a JDK for Windows has it: for ./dev lint, where only the JDK of the host may be there.
#pragma once

#define JNIEXPORT __declspec(dllexport)
#define JNIIMPORT __declspec(dllimport)
#define JNICALL __stdcall

typedef long jint;
typedef long long jlong;
typedef signed char jbyte;
