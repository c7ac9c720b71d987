#pragma once

#include <jni.h>

#include <cstdint>

#include "engine/lifetime/Share.h"
#include "engine/lifetime/SlotTable.h"
#include "win32/Handle.h"
#include "win32/Result.h"

namespace iocp4j::jni {

// A thread of Java's that others can queue APCs to. They run in its alertable waits, and run there what Java has
// queued.
class AlertableThread {
public:
    using Key = std::uint64_t;

    // While one of these lives, its thread is in a wait of ours, where an APC may call Java. In any other alertable
    // wait, such as one of the JVM's own, it must not.
    class Waiting {
    public:
        Waiting() noexcept { ++depth_; }
        Waiting(const Waiting&) = delete;
        Waiting& operator=(const Waiting&) = delete;
        ~Waiting() { --depth_; }

    private:
        friend class AlertableThread;
        static inline thread_local int depth_ = 0;
    };

    static SlotTable<AlertableThread>& table() noexcept;

    // Looks up the method of the Java class; false, with an exception pending, when it is not what we expect.
    static bool bind(JNIEnv* env);

    // For the calling thread. `self` is the object of Java's.
    static win32::Result<Key> open(JNIEnv* env, jobject self);
    static void close(Key key) noexcept;

    // Queues an APC, which runs what Java has queued (QueueUserAPC). False when the thread has ended.
    bool queue() const noexcept;

    Key key() const noexcept { return key_; }

private:
    friend class Share<AlertableThread>;

    AlertableThread(win32::Handle thread, jobject self) noexcept : thread_(std::move(thread)), self_(self) {}

    static void dispose(AlertableThread* thread) noexcept;
    static void CALLBACK run(ULONG_PTR key) noexcept;

    const win32::Handle thread_;
    const jobject self_;  // global reference
    Key key_ = 0;
};

}  // namespace iocp4j::jni
