#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "engine/lifetime/Share.h"
#include "engine/lifetime/SlotTable.h"
#include "engine/port/Device.h"
#include "win32/Result.h"

namespace iocp4j {

class CompletionPort;

// A handle that belongs to no port yet: a connection that a server has accepted for a port of the program's choice, or
// a socket that the program still prepares. Its key is checked like a device's. The key ends when the handle is closed,
// or when it becomes a device.
class Detached {
public:
    using Key = std::uint64_t;

    static SlotTable<Detached>& table() noexcept;

    static win32::Result<Key> add(std::unique_ptr<Detached> detached) noexcept;

    // Closes the handle when the last call that uses it has returned.
    static void close(Key key) noexcept;

    // Makes the handle a device of the port. If the port takes no devices, the handle stays detached. After any other
    // failure it is closed. May throw std::bad_alloc, which closes it, too.
    static win32::Result<Device::Key> associate(Key key, CompletionPort& port);

    virtual ~Detached() = default;
    Detached(const Detached&) = delete;
    Detached& operator=(const Detached&) = delete;

    Key key() const noexcept { return key_; }
    const std::wstring& name() const noexcept { return name_.text(); }

protected:
    // The device will have that name.
    explicit Detached(DeviceName name) noexcept : name_(std::move(name)) {}

    const DeviceName& sharedName() const noexcept { return name_; }

    // Ends the key for all threads but this one, which may then make a device of the handle. Calls that have begun may
    // still use the handle.
    static win32::ErrorCode claim(const Share<Detached>& detached, CompletionPort& port) noexcept;

private:
    friend class Share<Detached>;

    // Called once, after claim().
    virtual win32::Result<Device::Key> toDevice(CompletionPort& port) = 0;

    static void dispose(Detached* detached) noexcept;

    const DeviceName name_;
    Key key_ = 0;
};

}  // namespace iocp4j
