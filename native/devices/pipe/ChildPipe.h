#pragma once

#include <mutex>

#include "devices/pipe/NamedPipe.h"
#include "win32/Result.h"

namespace iocp4j {

struct ChildPipeSettings {
    PipeDirection direction = PipeDirection::kDuplex;  // seen from this process
    bool overlappedChild = false;                      // what the child's runtime library does not expect
    std::uint32_t buffer = 65'536;                     // bytes, each way
};

// A pipe whose other end is meant for a child process, which inherits it. This end is a device; the other is a handle
// that stays here until the child has been started.
class ChildPipe : public NamedPipe {
public:
    // Both ends, connected. No other process can get in between: the name is not to be guessed, and there is one
    // instance.
    static win32::Result<Device::Key> open(CompletionPort& port, const ChildPipeSettings& settings);

    ChildPipe(CompletionPort& port, std::wstring name, win32::Handle handle, win32::Handle child)
        : NamedPipe(port, std::move(name), std::move(handle)), child_(std::move(child)) {}

    // What the child is to inherit; nullptr after closeChildEnd().
    HANDLE childEnd() noexcept;

    // This process's copy of it. Until then the child's death is not noticed here.
    void closeChildEnd() noexcept;

private:
    std::mutex mutex_;
    win32::Handle child_;
};

}  // namespace iocp4j
