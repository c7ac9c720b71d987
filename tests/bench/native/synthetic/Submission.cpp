// A kernel whose calls complete before they return and take almost no time.

#include <jni.h>

#include "win32/Calls.h"

namespace {

BOOL WINAPI readAtOnce(HANDLE, void*, DWORD length, DWORD*, OVERLAPPED* overlapped) {
    overlapped->Internal = 0;
    overlapped->InternalHigh = length;
    return TRUE;
}

int WINAPI sendAtOnce(SOCKET, WSABUF* parts, DWORD count, DWORD*, DWORD, OVERLAPPED* overlapped,
                      LPWSAOVERLAPPED_COMPLETION_ROUTINE) {
    overlapped->Internal = 0;
    overlapped->InternalHigh = 0;
    for (DWORD i = 0; i < count; ++i) {
        overlapped->InternalHigh += parts[i].len;
    }
    return 0;
}

}  // namespace

extern "C" {

JNIEXPORT void JNICALL Java_io_github_iocp4j_SyntheticSubmission_transferAtOnce(JNIEnv*, jclass) {
    iocp4j::win32::calls.readFile = &readAtOnce;
    iocp4j::win32::calls.wsaSend = &sendAtOnce;
}

JNIEXPORT jlong JNICALL Java_io_github_iocp4j_SyntheticSubmission_nothing(JNIEnv*, jclass, jlong device) {
    return device;
}

JNIEXPORT jlong JNICALL Java_io_github_iocp4j_SyntheticSubmission_address(JNIEnv* env, jclass, jobject buffer) {
    return reinterpret_cast<jlong>(env->GetDirectBufferAddress(buffer));
}

}  // extern "C"
