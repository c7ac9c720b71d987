#pragma once

#include <windows.h>

#include <functional>
#include <string>
#include <thread>

#include "engine/operation/Started.h"
#include "win32/Handle.h"

namespace iocp4j {

// A thread that is always in an alertable wait (SleepEx), so that completion routines run on it. Windows runs a routine
// on the thread that has started the operation; therefore this thread starts all operations.
class ApcPump {
public:
    // May throw std::system_error.
    explicit ApcPump(const std::wstring& threadName);
    ApcPump(const ApcPump&) = delete;
    ApcPump& operator=(const ApcPump&) = delete;

    // No operation may be in flight, because Windows cancels the operations of a thread that ends.
    ~ApcPump();

    // Makes the call on the pump's thread (QueueUserAPC), and waits for its outcome.
    Started run(const std::function<Started()>& call) noexcept;

private:
    void pump() const noexcept;
    bool queue(PAPCFUNC routine, void* argument) noexcept;

    bool leaving_ = false;  // used by the pump's thread
    std::thread thread_;
    win32::Handle handle_;  // of the thread
};

}  // namespace iocp4j
