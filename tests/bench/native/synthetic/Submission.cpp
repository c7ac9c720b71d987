// A kernel that has done what it is asked for before the call returns, in next to no time.

#include <jni.h>

#include "win32/Calls.h"

namespace {

BOOL WINAPI readAtOnce(HANDLE, void*, DWORD length, DWORD*, OVERLAPPED* overlapped) {
    overlapped->Internal = 0;
    overlapped->InternalHigh = length;
    return TRUE;
}

}  // namespace

extern "C" {

JNIEXPORT void JNICALL Java_io_github_iocp4j_SyntheticSubmission_readAtOnce(JNIEnv*, jclass) {
    iocp4j::win32::calls.readFile = &readAtOnce;
}

JNIEXPORT jlong JNICALL Java_io_github_iocp4j_SyntheticSubmission_nothing(JNIEnv*, jclass, jlong device) {
    return device;
}

}  // extern "C"
