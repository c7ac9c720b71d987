#pragma once

#include <cstdint>

#include "engine/lifetime/Share.h"
#include "engine/lifetime/SlotTable.h"
#include "win32/Handle.h"
#include "win32/Result.h"

namespace iocp4j {

// A kernel object for blocking waits. Its handle stays open while a thread waits, even if another thread closes the
// object.
class WaitableObject {
public:
    using Key = std::uint64_t;

    static SlotTable<WaitableObject>& table() noexcept;

    // Takes the handle over. If it is empty, returns the last error.
    static win32::Result<Key> open(win32::Handle handle);
    static void close(Key key) noexcept;

    Key key() const noexcept { return key_; }
    HANDLE handle() const noexcept { return handle_.get(); }

private:
    friend class Share<WaitableObject>;

    explicit WaitableObject(win32::Handle handle) noexcept : handle_(std::move(handle)) {}

    static void dispose(WaitableObject* object) noexcept;

    const win32::Handle handle_;
    Key key_ = 0;
};

}  // namespace iocp4j
