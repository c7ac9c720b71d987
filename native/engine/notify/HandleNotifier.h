#pragma once

#include <windows.h>

#include <atomic>

#include "engine/notify/Notifier.h"

namespace iocp4j {

class Operations;

// Mechanism::kHandle. The kernel signals the handle when an operation is over. The signal does not identify the
// operation, so that only one is in flight at a time.
class HandleNotifier final : public Notifier {
public:
    // May throw std::bad_alloc.
    HandleNotifier(Operations& operations, HANDLE handle);
    ~HandleNotifier() override;

    bool reserve(Operation& operation) noexcept override;
    void release(Operation& operation) noexcept override;

    Started start(Operation& operation, const Call& call) noexcept override;
    Started start(Operation& operation, const Call& call, const Call&) noexcept override {
        return start(operation, call);
    }

private:
    static void CALLBACK signalled(PTP_CALLBACK_INSTANCE, void* context, PTP_WAIT, TP_WAIT_RESULT) noexcept;

    Operations& operations_;
    const HANDLE handle_;
    const PTP_WAIT wait_;
    std::atomic<Operation*> current_{nullptr};  // the operation that is in flight or about to start
};

}  // namespace iocp4j
