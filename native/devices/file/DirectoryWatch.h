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

// The buffers for ReadDirectoryChangesW. Each part begins at a multiple of four; there are at least two.
struct DirectoryWatchBuffers {
    std::vector<std::span<std::byte>> parts;
    std::shared_ptr<const void> owner;  // keeps the memory alive
};

// Watches a directory (ReadDirectoryChangesW). One call is in flight at a time. When it completes, the next call starts
// with another buffer before the listener runs, so that Windows can report changes meanwhile. When no buffer is free,
// Windows records changes in its own memory, and reports an overflow when that is full.
//
// The listener gets one buffer at a time, in order; the record's detail is the number of the buffer. The buffers form a
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

    // Starts to watch. The listener gets later failures; a permanent one closes the watch.
    win32::ErrorCode start() noexcept;

private:
    enum class Phase {
        kNew,       // not started
        kStarting,  // start() returns a failure of the first call
        kWatching,
        kOver,  // no further call starts
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

    std::mutex mutex_;  // guards everything below
    Phase phase_ = Phase::kNew;
    win32::ErrorCode startFailure_ = ERROR_SUCCESS;
    bool armed_ = false;             // a call is in flight or about to start
    bool paused_ = false;            // the last call has failed, and the next one waits for a reminder
    bool failing_ = false;           // the failure was reported, and no call has succeeded since
    bool delivering_ = false;        // the listener has the oldest buffer or is about to get it
    std::vector<Outcome> outcomes_;  // of the filled buffers
    std::uint64_t filled_ = 0;       // buffers filled so far; modulo their number, the next one to fill
    std::uint64_t returned_ = 0;     // buffers that the listener has returned
};

}  // namespace iocp4j
