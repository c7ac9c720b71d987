#pragma once

#include <mutex>

#include "devices/pipe/NamedPipe.h"
#include "win32/Result.h"

namespace iocp4j {

struct ChildPipeSettings {
    PipeDirection direction = PipeDirection::kDuplex;  // as seen from this process
    bool inheritableChild = true;   // whether processes that are started from now on can inherit the child's end
    bool overlappedChild = false;   // runtime libraries of child processes do not expect overlapped handles
    std::uint32_t buffer = 65'536;  // in bytes, for each direction
};

// A pipe to a child process, which inherits the other end. This end is a device. The child's end is a handle that stays
// open here until the child has started.
class ChildPipe : public NamedPipe {
public:
    // Creates and connects both ends. No other process can connect, because the name is random and there is one
    // instance.
    static win32::Result<Device::Key> open(CompletionPort& port, const ChildPipeSettings& settings);

    ChildPipe(CompletionPort& port, std::wstring name, win32::Handle handle, win32::Handle child)
        : NamedPipe(port, std::move(name), std::move(handle)), child_(std::move(child)) {}

    // The handle that the child must inherit; nullptr after closeChildEnd().
    HANDLE childEnd() noexcept;

    // Closes this process's copy of the child's end. Until then this end does not notice that the child has ended.
    void closeChildEnd() noexcept;

private:
    std::mutex mutex_;
    win32::Handle child_;
};

}  // namespace iocp4j
