#include "engine/notify/EventWaits.h"

#include "engine/operation/Operations.h"
#include "win32/Handle.h"

namespace iocp4j {

struct EventWaits::Wait {
    explicit Wait(EventWaits& whose) noexcept
        : owner(whose),
          event(::CreateEventW(nullptr, TRUE, FALSE, nullptr)),
          wait(::CreateThreadpoolWait(&EventWaits::signalled, this, nullptr)) {}

    ~Wait() {
        if (wait != nullptr) {
            ::WaitForThreadpoolWaitCallbacks(wait, TRUE);
            ::CloseThreadpoolWait(wait);
        }
    }

    EventWaits& owner;
    const win32::Handle event;
    PTP_WAIT const wait;
    Operation* operation = nullptr;
};

EventWaits::EventWaits(Operations& operations) noexcept : operations_(operations) {}

EventWaits::~EventWaits() = default;

EventWaits::Wait* EventWaits::acquire(Operation& operation) noexcept {
    Wait* wait = nullptr;
    {
        const std::lock_guard lock{mutex_};
        if (!idle_.empty()) {
            wait = idle_.back();
            idle_.pop_back();
        }
    }
    if (wait == nullptr) {
        try {
            auto made = std::make_unique<Wait>(*this);
            if (!made->event || made->wait == nullptr) {
                return nullptr;
            }
            const std::lock_guard lock{mutex_};
            // Reserve room for the wait's return first, so that release() cannot fail.
            idle_.reserve(waits_.size() + 1);
            wait = waits_.emplace_back(std::move(made)).get();
        } catch (const std::bad_alloc&) {
            return nullptr;
        }
    }
    wait->operation = &operation;
    // The low bit keeps the kernel from queueing a packet if the handle is bound to another port.
    operation.hEvent = reinterpret_cast<HANDLE>(reinterpret_cast<ULONG_PTR>(wait->event.get()) | 1);
    return wait;
}

void EventWaits::arm(Wait& wait) noexcept {
    // The kernel has reset the event at the start of the operation. If it is set again by now, the callback runs at
    // once.
    ::SetThreadpoolWait(wait.wait, wait.event.get(), nullptr);
}

void EventWaits::release(Wait& wait) noexcept {
    const std::lock_guard lock{mutex_};
    idle_.push_back(&wait);
}

void CALLBACK EventWaits::signalled(PTP_CALLBACK_INSTANCE, void* context, PTP_WAIT, TP_WAIT_RESULT) noexcept {
    Wait& wait = *static_cast<Wait*>(context);
    Operation& operation = *wait.operation;
    Operations& operations = wait.owner.operations_;
    // Release before the packet is posted, because the listener may start the next operation at once.
    wait.owner.release(wait);
    operations.postCompletion(operation);
}

}  // namespace iocp4j
