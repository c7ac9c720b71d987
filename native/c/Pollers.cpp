#include "c/CallbackSink.h"
#include "c/Outcome.h"
#include "engine/port/CompletionPort.h"
#include "engine/port/Poller.h"

using namespace iocp4j;

iocp4j_error iocp4j_open_poller(iocp4j_key port, iocp4j_key* poller) {
    if (poller == nullptr) {
        return ERROR_INVALID_PARAMETER;
    }
    return c::guarded([&] {
        const Share<CompletionPort> found{port};
        return found ? c::outcome(Poller::open(*found), poller) : code(EngineError::kPortClosed);
    });
}

iocp4j_error iocp4j_poll(iocp4j_key poller, uint32_t milliseconds, const iocp4j_record** records, uint32_t* count) {
    static_assert(IOCP4J_FOREVER == INFINITE);
    if (records == nullptr || count == nullptr) {
        return ERROR_INVALID_PARAMETER;
    }
    *count = 0;
    const auto polled = Poller::poll(poller, milliseconds);
    if (!polled) {
        return polled.error();
    }
    if (polled->count > 0) {
        // The poller and its port exist until delivered().
        const Share<Poller> found{poller};
        *records = c::published(found->memory().data());
        *count = polled->count;
    }
    return ERROR_SUCCESS;
}

void iocp4j_delivered(iocp4j_key poller) { Poller::delivered(poller); }

void iocp4j_close_poller(iocp4j_key poller) { Poller::close(poller); }
