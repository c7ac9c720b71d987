#include <array>

#include "engine/lifetime/NoWaitScope.h"
#include "engine/port/CompletionPort.h"
#include "jni/Ending.h"
#include "jni/JavaSink.h"
#include "jni/JavaVm.h"
#include "jni/NativeClasses.h"
#include "jni/NativeResult.h"
#include "jni/Natives.h"

namespace iocp4j::jni {

namespace {

constexpr jint kContractVersion = 10;

// The number of counters that NativeSnapshot reads, without the batch sizes.
constexpr jsize kCounters = 17;

jintArray toJavaArray(JNIEnv* env, const std::vector<jint>& numbers) noexcept {
    const jintArray array = env->NewIntArray(static_cast<jsize>(numbers.size()));
    if (array != nullptr) {
        env->SetIntArrayRegion(array, 0, static_cast<jsize>(numbers.size()), numbers.data());
    }
    return array;
}

jlongArray toJavaArray(JNIEnv* env, const std::vector<jlong>& numbers) noexcept {
    const jlongArray array = env->NewLongArray(static_cast<jsize>(numbers.size()));
    if (array != nullptr) {
        env->SetLongArrayRegion(array, 0, static_cast<jsize>(numbers.size()), numbers.data());
    }
    return array;
}

// In the order in which NativeContract.java compares it.
jintArray JNICALL contract(JNIEnv* env, jclass) {
    constexpr std::array kEngineErrors{
        EngineError::kDeviceClosed, EngineError::kPortClosed,  EngineError::kOperationLimit, EngineError::kDeviceLimit,
        EngineError::kBadBuffer,    EngineError::kOutOfMemory, EngineError::kWrongDevice,    EngineError::kPollerClosed,
        EngineError::kPollerBusy,   EngineError::kHasWorkers,  EngineError::kHandleBusy,     EngineError::kBadObject,
        EngineError::kMutex,        EngineError::kPortLost};
    return objectOf(env, [&] {
        std::vector<jint> terms{
            kContractVersion,
            sizeof(CompletionRecord),
            offsetof(CompletionRecord, key),
            offsetof(CompletionRecord, token),
            offsetof(CompletionRecord, bytes),
            offsetof(CompletionRecord, status),
            offsetof(CompletionRecord, opcode),
            offsetof(CompletionRecord, kind),
            offsetof(CompletionRecord, detail),
        };
        terms.push_back(kDetachedFlag);
        terms.push_back(static_cast<jint>(kLastOpcode));
        terms.push_back(static_cast<jint>(kLastDeviceKind));
        terms.push_back(static_cast<jint>(kLastMechanism));
        terms.push_back(static_cast<jint>(kEngineErrors.size()));
        for (const EngineError error : kEngineErrors) {
            terms.push_back(static_cast<jint>(error));
        }
        return toJavaArray(env, terms);
    });
}

jboolean JNICALL bind(JNIEnv* env, jclass, jclass type, jstring name) {
    const char* text = type != nullptr && name != nullptr ? env->GetStringUTFChars(name, nullptr) : nullptr;
    if (text == nullptr) {
        return JNI_FALSE;
    }
    const bool bound = guarded([&] { return jlong{bindNatives(env, type, text)}; }) == 1;
    env->ReleaseStringUTFChars(name, text);
    return bound;
}

jstring JNICALL errorMessage(JNIEnv* env, jclass, jint error) {
    return objectOf(env, [&] { return toJava(env, win32::errorMessage(static_cast<win32::ErrorCode>(error))); });
}

jlong JNICALL openPort(JNIEnv* env, jclass, jobject dispatcher, jstring name, jint concurrency, jint workers,
                       jint batch, jint operations, jboolean polled, jint mechanism) {
    // Check here, because Windows accepts such numbers, and the process would run out of threads or memory.
    if (dispatcher == nullptr || !within(concurrency, 0, CompletionPort::Settings::kMaxThreads) ||
        !within(workers, 0, CompletionPort::Settings::kMaxThreads) ||
        !within(batch, 1, CompletionPort::Settings::kMaxBatch) || !within(operations, 1, Operations::kMaxCeiling) ||
        !within(mechanism, 0, static_cast<jint>(kLastMechanism))) {
        return refused(ERROR_INVALID_PARAMETER);
    }
    return guarded([&] {
        CompletionPort::Settings given;
        given.name = toWide(env, name);
        given.concurrency = static_cast<std::uint32_t>(concurrency);
        given.workers = static_cast<std::uint32_t>(workers);
        given.polled = polled == JNI_TRUE;
        given.mechanism = static_cast<Mechanism>(mechanism);
        given.batch = static_cast<std::uint32_t>(batch);
        given.operations = static_cast<std::uint32_t>(operations);
        const CompletionPort::Settings settings = given.withDefaults();
        auto sink = std::make_unique<JavaSink>(env, dispatcher, settings.name, settings.workers);
        return resultOf(CompletionPort::open(settings, std::move(sink)));
    });
}

jboolean JNICALL closePort(JNIEnv*, jclass, jlong port) { return beginClosing<CompletionPort>(port); }

jboolean JNICALL mayWait(JNIEnv*, jclass) { return !NoWaitScope::here(); }

jlong JNICALL post(JNIEnv*, jclass, jlong port, jlong key, jint bytes, jlong token) {
    const Share<CompletionPort> found{static_cast<CompletionPort::Key>(port)};
    if (!found) {
        return refused(EngineError::kPortClosed);
    }
    return resultOf(found->post(static_cast<std::uint64_t>(key), static_cast<std::uint32_t>(bytes),
                                static_cast<std::uint64_t>(token)));
}

// The lists of a snapshot, in the order in which NativeSnapshot reads them. Each begins with its length.
std::vector<jlong> listsOf(const PortSnapshot& taken) {
    std::vector<jlong> lists{static_cast<jlong>(taken.failures.size())};
    for (const auto& [status, times] : taken.failures) {
        lists.insert(lists.end(), {jlong{status}, static_cast<jlong>(times)});
    }
    lists.push_back(static_cast<jlong>(taken.drains.size()));
    for (const auto& drain : taken.drains) {
        lists.insert(lists.end(), {static_cast<jlong>(drain.activity), static_cast<jlong>(drain.milliseconds)});
    }
    lists.push_back(static_cast<jlong>(taken.devices.size()));
    for (const auto& device : taken.devices) {
        lists.insert(lists.end(),
                     {static_cast<jlong>(device.key), static_cast<jlong>(device.kind), jlong{device.inFlight},
                      jlong{device.closing}, static_cast<jlong>(device.accepted), static_cast<jlong>(device.completed),
                      static_cast<jlong>(device.completedInline), static_cast<jlong>(device.bytes)});
    }
    return lists;
}

// The counters in the order of PortCounter.
jlongArray JNICALL snapshot(JNIEnv* env, jclass, jlong port, jlongArray counters) {
    constexpr auto kBatchSizes = static_cast<jsize>(Drain::kBatchSizes);
    if (counters == nullptr || env->GetArrayLength(counters) < kCounters + kBatchSizes) {
        return nullptr;
    }
    return objectOf(env, [&]() -> jlongArray {
        PortSnapshot taken;
        {
            // The end of this share may call Java, which must happen before an exception can be pending.
            const Share<CompletionPort> found{static_cast<CompletionPort::Key>(port)};
            if (!found) {
                return nullptr;
            }
            taken = found->snapshot();
        }
        const std::array figures{
            jlong{taken.concurrency},
            jlong{taken.workers},
            jlong{taken.batchCeiling},
            jlong{taken.operationCeiling},
            jlong{taken.operationsInFlight},
            jlong{taken.mostInFlight},
            taken.queued ? jlong{*taken.queued} : jlong{-1},
            static_cast<jlong>(taken.completions),
            static_cast<jlong>(taken.largestBatch),
            static_cast<jlong>(taken.foreignPackets),
            static_cast<jlong>(taken.accepted),
            static_cast<jlong>(taken.completed),
            static_cast<jlong>(taken.completedInline),
            static_cast<jlong>(taken.bytes),
            static_cast<jlong>(taken.quarantined),
            static_cast<jlong>(taken.unbalancedDevices),
            static_cast<jlong>(taken.failedDequeues),
        };
        static_assert(figures.size() == kCounters);
        env->SetLongArrayRegion(counters, 0, kCounters, figures.data());
        const std::vector<jlong> batches(taken.batches.begin(), taken.batches.end());
        env->SetLongArrayRegion(counters, kCounters, kBatchSizes, batches.data());
        return toJavaArray(env, listsOf(taken));
    });
}

void JNICALL wakeUp(JNIEnv*, jclass, jlong port) {
    if (const Share<CompletionPort> found{static_cast<CompletionPort::Key>(port)}) {
        found->wake();
    }
}

}  // namespace

std::vector<JNINativeMethod> portNatives() {
    return {
        native("bind", "(Ljava/lang/Class;Ljava/lang/String;)Z", bind),
        native("contract", "()[I", contract),
        native("errorMessage", "(I)Ljava/lang/String;", errorMessage),
        native("openPort", "(Lio/github/iocp4j/internal/CompletionReceiver;Ljava/lang/String;IIIIZI)J", openPort),
        native("closePort", "(J)Z", closePort),
        native("mayWait", "()Z", mayWait),
        native("post", "(JJIJ)J", post),
        native("snapshot", "(J[J)[J", snapshot),
        native("wakeUp", "(J)V", wakeUp),
    };
}

}  // namespace iocp4j::jni
