#include <cstring>

#include "jni/Natives.h"
#include "jni/SubmissionRecord.h"
#include "jni/Transfers.h"

namespace iocp4j::jni {

namespace {

constexpr jint kLength = sizeof(SubmissionRecord);

// The memory is that of the operation before, so that those in one buffer may share its share.
jlong start(const SubmissionRecord& record, RegisteredPart& memory) noexcept {
    memory.use(record.buffer, record.offset, record.length);
    switch (record.opcode) {
        case Opcode::kRead:
            return startRead(record.device, memory, record.position, record.token, record.milliseconds);
        case Opcode::kWrite:
            return startWrite(record.device, memory, record.position, record.token, record.milliseconds);
        default:
            return refused(Refusal::kWrongDevice);
    }
}

// Starts what the records say, until one is refused: answers how many it has started, or, where that is none, why. The
// memory is a ring of records: behind its end comes its beginning.
jlong JNICALL submitBatch(JNIEnv*, jclass, jlong batch, jint first, jint count) {
    const Share<RegisteredBuffer> ring{static_cast<RegisteredBuffer::Key>(batch)};
    if (!ring || !ring->writable()) {
        return refused(Refusal::kBadBuffer);
    }
    const auto capacity = static_cast<jint>(ring->capacity() / kLength);
    if (!within(first, 0, capacity - 1) || !within(count, 0, capacity)) {
        return refused(Refusal::kBadBuffer);
    }
    RegisteredPart memory;
    jint index = first;
    for (jint started = 0; started < count; ++started) {
        char* place = ring->at(index * kLength, kLength);
        // A copy: what is checked is what is used, whoever writes there meanwhile.
        SubmissionRecord record;
        std::memcpy(&record, place, kLength);
        const jlong operation = start(record, memory);
        if (operation < 0) {
            return started > 0 ? started : operation;
        }
        std::memcpy(place + offsetof(SubmissionRecord, operation), &operation, sizeof operation);
        index = index + 1 < capacity ? index + 1 : 0;
    }
    return count;
}

}  // namespace

std::vector<JNINativeMethod> submissionBatchNatives() {
    return {
        native("submit", "(JII)J", submitBatch),
    };
}

}  // namespace iocp4j::jni
