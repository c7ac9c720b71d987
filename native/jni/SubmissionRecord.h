#pragma once

#include <jni.h>

#include <cstddef>

#include "engine/CompletionRecord.h"

namespace iocp4j::jni {

// An operation that Java wants started, in the form in which it writes it to a direct buffer (SubmissionBatch.java).
// Little-endian, as x64 is. Anything may stand there.
struct SubmissionRecord {
    jlong device;     // its key
    jlong buffer;     // the key of a registered buffer
    jlong position;   // counts for devices that have one
    jlong token;      // the caller's
    jlong operation;  // written when it has been started: its id, or how much has been moved already
    jint offset;      // within the buffer
    jint length;
    jint milliseconds;  // until its deadline; a negative number is none
    Opcode opcode;      // kRead or kWrite
};

static_assert(sizeof(SubmissionRecord) == 56 && alignof(SubmissionRecord) == 8);
static_assert(offsetof(SubmissionRecord, opcode) == 52);

}  // namespace iocp4j::jni
