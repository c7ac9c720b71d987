#include "engine/notify/HandleNotifier.h"

#include <new>

#include "engine/operation/Operations.h"
#include "win32/Calls.h"

namespace iocp4j {

HandleNotifier::HandleNotifier(Operations& operations, HANDLE handle)
    : operations_(operations), handle_(handle), wait_(::CreateThreadpoolWait(&signalled, this, nullptr)) {
    if (wait_ == nullptr) {
        throw std::bad_alloc{};
    }
}

HandleNotifier::~HandleNotifier() {
    ::SetThreadpoolWait(wait_, nullptr, nullptr);
    ::WaitForThreadpoolWaitCallbacks(wait_, TRUE);
    ::CloseThreadpoolWait(wait_);
}

bool HandleNotifier::reserve(Operation& operation) noexcept {
    Operation* none = nullptr;
    return current_.compare_exchange_strong(none, &operation, std::memory_order_acq_rel);
}

void HandleNotifier::release(Operation& operation) noexcept {
    Operation* mine = &operation;
    current_.compare_exchange_strong(mine, nullptr, std::memory_order_acq_rel);
}

Started HandleNotifier::start(Operation& operation, const Call& call) noexcept {
    // An operation that has begun before its device had a handle has reserved nothing.
    if (current_.load(std::memory_order_acquire) != &operation && !reserve(operation)) {
        return Started::over(ERROR_BUSY);
    }
    const Started started = call();
    if (started.packet == Started::Packet::kFollows) {
        // The call has reset the handle. If the operation is over by now, the handle is signalled again.
        ::SetThreadpoolWait(wait_, handle_, nullptr);
    }
    return started;
}

void CALLBACK HandleNotifier::signalled(PTP_CALLBACK_INSTANCE, void* context, PTP_WAIT, TP_WAIT_RESULT) noexcept {
    auto& self = *static_cast<HandleNotifier*>(context);
    Operation* operation = self.current_.load(std::memory_order_acquire);
    if (operation == nullptr) {
        return;
    }
    DWORD bytes = 0;
    if (!win32::calls.getOverlappedResult(self.handle_, operation, &bytes, FALSE) &&
        ::GetLastError() == ERROR_IO_INCOMPLETE) {
        // Another call on the handle has signalled it.
        ::SetThreadpoolWait(self.wait_, self.handle_, nullptr);
        return;
    }
    self.operations_.postCompletion(*operation);
}

}  // namespace iocp4j
