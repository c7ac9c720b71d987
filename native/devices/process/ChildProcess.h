#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "devices/other/WaitableDevice.h"
#include "win32/Result.h"

namespace iocp4j {

// What a standard stream of a child is connected to.
enum class ChildStream : std::uint8_t {
    kPipe,     // a device of the same port
    kInherit,  // the same as that of this process
    kNull,     // NUL
    kMerge,    // for the standard error stream only: the same as the standard output stream
};

struct ChildProcessSettings {
    std::wstring commandLine;
    std::wstring folder;                   // empty: that of this process
    std::wstring environment;              // "A=1\0B=2\0"; empty: as this process
    std::array<ChildStream, 3> streams{};  // standard input, output, error
    std::uint32_t buffer = 65'536;         // of each pipe, in bytes
    bool killAtClose = true;               // together with its descendants
    Device::Key job = 0;                   // a JobObject that it also joins
};

// A process that this process has started, with the pipes to its standard streams. It and its descendants are in a job
// of their own.
class ChildProcess final : public WaitableDevice {
public:
    struct Opened {
        Key process = 0;
        DWORD id = 0;
        std::array<Key, 3> streams{};  // 0 where the stream is not a pipe
    };

    // Starts the process. Of this process's handles, it inherits those of its standard streams only. If the call fails,
    // no process is left, and no device.
    static win32::Result<Opened> open(CompletionPort& port, const ChildProcessSettings& settings);

    ChildProcess(CompletionPort& port, DWORD id, win32::Handle process, win32::Handle job,
                 const std::array<Key, 3>& streams, bool killAtClose);

    const Traits& traits() const noexcept override {
        static constexpr Traits kTraits{.kind = DeviceKind::kChildProcess};
        return kTraits;
    }

    // Completes when the process has ended; its exit code is in the record. At the operation's deadline, the process
    // and its descendants are killed if `kill` is set.
    Started awaitExit(Operation& operation, bool kill) noexcept;

    // Ends the process and its descendants with that exit code. Returns success if none is running.
    win32::ErrorCode kill(std::uint32_t exitCode) const noexcept;

    // The number of running processes among this one and its descendants.
    win32::Result<std::uint32_t> processes() const noexcept;

    bool onCompleted(CompletionRecord& record) noexcept override;
    void onClosing() noexcept override;

private:
    const win32::Handle job_;
    const std::array<Key, 3> streams_;
    const bool killAtClose_;
};

}  // namespace iocp4j
