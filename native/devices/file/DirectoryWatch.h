#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include "engine/port/Backoff.h"
#include "engine/port/Device.h"
#include "win32/Result.h"

namespace iocp4j {

struct DirectoryWatchSettings {
    std::wstring path;
    std::uint32_t filter = 0;  // FILE_NOTIFY_CHANGE_..., at least one
    bool recursive = false;
    std::uint64_t token = 0;
};

// Where Windows writes what has changed. Each part begins at a multiple of four; there are at least two.
struct DirectoryWatchBuffers {
    std::vector<std::span<std::byte>> parts;
    std::shared_ptr<const void> owner;  // keeps the memory as long as it exists
};

// Watches a directory (ReadDirectoryChangesW). One call is in flight at a time. When it is over, the next one begins
// with another buffer before the listener is called, so that changes have somewhere to go while it works. When no
// buffer is left, Windows goes on to note changes in memory of its own, and says so when that is full.
//
// The listener gets one buffer at a time, in order: its record's detail is the buffer's number. The buffers are a
// ring: one that the listener has, those that wait for it, one in flight, and free ones.
class DirectoryWatch : public Device {
public:
    // Nothing is watched before start().
    static win32::Result<Device::Key> open(CompletionPort& port, const DirectoryWatchSettings& settings,
                                           DirectoryWatchBuffers buffers);

    DirectoryWatch(CompletionPort& port, const DirectoryWatchSettings& settings, DirectoryWatchBuffers buffers,
                   win32::Handle directory);

    const Traits& traits() const noexcept override {
        static constexpr Traits kTraits{.kind = DeviceKind::kDirectory, .ownOperations = true};
        return kTraits;
    }

    // Begins to watch. Afterwards a failure is the listener's affair; one that will not pass closes the watch.
    win32::ErrorCode start() noexcept;

private:
    enum class Phase {
        kNew,       // not started
        kStarting,  // a failure of the first call is that of start()
        kWatching,
        kOver,  // nothing is begun any more
    };

    struct Outcome {
        win32::ErrorCode status;
        std::uint32_t bytes;
    };

    bool onCompleted(CompletionRecord& record) noexcept override;
    void onDelivered() noexcept override;
    void onReminder() noexcept override;

    win32::ErrorCode arm() noexcept;
    Started begin(Operation& operation, std::size_t buffer) noexcept;
    bool enqueue(CompletionRecord& record) noexcept;
    void deliverNext() noexcept;

    const DirectoryWatchSettings settings_;
    const DirectoryWatchBuffers buffers_;
    Backoff backoff_;

    std::mutex mutex_;  // of everything below
    Phase phase_ = Phase::kNew;
    win32::ErrorCode startFailure_ = ERROR_SUCCESS;
    bool armed_ = false;             // a call is in flight, or about to be
    bool paused_ = false;            // the last call has failed, and the next one waits for a reminder
    bool failing_ = false;           // the listener has had that failure, and no call has succeeded since
    bool delivering_ = false;        // the listener has the oldest buffer, or is about to get it
    std::vector<Outcome> outcomes_;  // of the buffers that the listener has or will get
    std::uint64_t filled_ = 0;  // buffers, since the start; the next one to be filled is this one, modulo their number
    std::uint64_t returned_ = 0;  // by the listener
};

}  // namespace iocp4j
