#pragma once

#include <windows.h>

#include <memory>
#include <string>

#include "engine/notify/Mechanism.h"
#include "engine/notify/Notifier.h"

namespace iocp4j {

class ObjectWaits;
class Operations;

// How one port learns of ends of which the kernel posts no packet: makes the notifiers of its devices, and has what
// they share. It ends when nothing is in flight any more.
class Notifiers {
public:
    static std::unique_ptr<Notifiers> of(Operations& operations, const std::wstring& portName);

    Notifiers() = default;
    Notifiers(const Notifiers&) = delete;
    Notifiers& operator=(const Notifiers&) = delete;
    virtual ~Notifiers() = default;

    // For one device, by any mechanism but kCompletionPort. May throw std::bad_alloc, and std::system_error for want of
    // threads.
    virtual std::unique_ptr<Notifier> make(Mechanism mechanism, HANDLE handle) = 0;

    // Begins to wait with the first operation.
    virtual ObjectWaits& objectWaits() noexcept = 0;
};

}  // namespace iocp4j
