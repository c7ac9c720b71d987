#pragma once

#include <windows.h>

#include <memory>
#include <mutex>
#include <vector>

#include "engine/operation/Started.h"

namespace iocp4j {

class Operations;
struct Operation;

// Manual-reset events, one for each operation in flight that needs one. The thread pool of the process waits for them,
// because it waits for any number of handles with few threads; a thread of the library could wait for 64. An event and
// its wait are reused when their operation is over.
class EventWaits {
public:
    explicit EventWaits(Operations& operations) noexcept;
    EventWaits(const EventWaits&) = delete;
    EventWaits& operator=(const EventWaits&) = delete;

    // No operation may be in flight.
    ~EventWaits();

    // Makes the call with an event in the operation. The packet is posted when the event is set.
    template <class Call>
    Started start(Operation& operation, const Call& call) noexcept {
        Wait* wait = acquire(operation);
        if (wait == nullptr) {
            return Started::over(ERROR_NOT_ENOUGH_MEMORY);
        }
        const Started started = call();
        if (started.packet == Started::Packet::kFollows) {
            arm(*wait);
        } else {
            release(*wait);
        }
        return started;
    }

private:
    struct Wait;

    static void CALLBACK signalled(PTP_CALLBACK_INSTANCE, void* context, PTP_WAIT, TP_WAIT_RESULT) noexcept;

    Wait* acquire(Operation& operation) noexcept;
    static void arm(Wait& wait) noexcept;
    void release(Wait& wait) noexcept;

    Operations& operations_;
    std::mutex mutex_;  // guards the rest
    std::vector<std::unique_ptr<Wait>> waits_;
    std::vector<Wait*> idle_;
};

}  // namespace iocp4j
