#pragma once

#include <jni.h>

#include <cstdint>

#include "engine/lifetime/Share.h"
#include "engine/lifetime/SlotTable.h"
#include "win32/Handle.h"
#include "win32/Result.h"

namespace iocp4j::jni {

// A Java thread to which others can queue APCs. The APCs run in its alertable waits, and run the tasks that Java has
// queued.
class AlertableThread {
public:
    using Key = std::uint64_t;

    // Marks a wait of this library, in which an APC may call Java. In any other alertable wait, such as one of the JVM,
    // an APC must not call Java.
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

    // Looks up the method of the Java class. Returns false, with a pending exception, if it does not exist.
    static bool bind(JNIEnv* env);

    // Opens an object for the calling thread. `self` is the Java object.
    static win32::Result<Key> open(JNIEnv* env, jobject self);
    static void close(Key key) noexcept;

    // Queues an APC that runs the tasks of the Java object (QueueUserAPC). Returns false if the thread has ended.
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
