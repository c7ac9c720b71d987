#pragma once

#include <windows.h>

#include <memory>
#include <string>

#include "engine/notify/Mechanism.h"
#include "engine/notify/Notifier.h"

namespace iocp4j {

class ObjectWaits;
class Operations;

// Makes the notifiers of one port, and has the threads and events that they share. No operation may be in flight when
// it ends.
class Notifiers {
public:
    static std::unique_ptr<Notifiers> of(Operations& operations, const std::wstring& portName);

    Notifiers() = default;
    Notifiers(const Notifiers&) = delete;
    Notifiers& operator=(const Notifiers&) = delete;
    virtual ~Notifiers() = default;

    // Makes the notifier of one device, for any mechanism but kCompletionPort. May throw std::bad_alloc, and
    // std::system_error if no thread can be started.
    virtual std::unique_ptr<Notifier> make(Mechanism mechanism, HANDLE handle) = 0;

    // Its first thread starts with the first operation.
    virtual ObjectWaits& objectWaits() noexcept = 0;
};

}  // namespace iocp4j
