#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "devices/ByteDevice.h"
#include "engine/port/CompletionPort.h"
#include "win32/Result.h"

namespace iocp4j {

struct OverlappedFileSettings {
    std::wstring path;
    DWORD access = GENERIC_READ;  // GENERIC_READ, GENERIC_WRITE, FILE_APPEND_DATA
    DWORD share = FILE_SHARE_READ;
    DWORD disposition = OPEN_EXISTING;
    DWORD flags = 0;  // FILE_FLAG_... and FILE_ATTRIBUTE_...; open() adds FILE_FLAG_OVERLAPPED
};

// A file on a disk. Its operations have positions and run in no particular order.
//
// The end of the file is reported in one way, although Windows has several: a read at or behind the end completes with
// ERROR_HANDLE_EOF and 0 bytes, unless it has asked for 0 bytes. A read that begins before the end completes with the
// bytes up to the end.
class OverlappedFile final : public ByteDevice {
public:
    // The position of a write that appends to the file.
    static constexpr std::uint64_t kAppend = ~std::uint64_t{0};

    // May throw std::bad_alloc. Fails with ERROR_NOT_SUPPORTED if the path is not a file on a disk.
    static win32::Result<Device::Key> open(CompletionPort& port, const OverlappedFileSettings& settings);

    OverlappedFile(CompletionPort& port, std::wstring name, win32::Handle handle, std::uint32_t alignment)
        : ByteDevice(port, std::move(name), std::move(handle)), alignment_(alignment) {}

    const Traits& traits() const noexcept override {
        static constexpr Traits kTraits{.kind = DeviceKind::kFile};
        return kTraits;
    }
    bool onCompleted(CompletionRecord& record) noexcept override;

    // The segments are memory pages, followed by an empty element. The file must be opened with FILE_FLAG_NO_BUFFERING.
    Started readScatter(Operation& operation, FILE_SEGMENT_ELEMENT* segments, std::uint32_t length) noexcept;
    Started writeGather(Operation& operation, FILE_SEGMENT_ELEMENT* segments, std::uint32_t length) noexcept;

    // Locks a range that begins at the operation's position. Flags are LOCKFILE_...
    Started lock(Operation& operation, DWORD flags, std::uint64_t length) noexcept;
    win32::ErrorCode unlock(std::uint64_t position, std::uint64_t length) noexcept;

    // Locks a range without the port. ERROR_LOCK_VIOLATION when another lock conflicts. Flags are LOCKFILE_...
    win32::ErrorCode tryLock(DWORD flags, std::uint64_t position, std::uint64_t length) noexcept;

    // The volume and the file on it, which are the same for all handles of one file. Volume and both halves of the id.
    using Identity = std::array<std::uint64_t, 3>;
    win32::Result<Identity> identity() const noexcept;

    // The following calls block until they are done.
    win32::Result<std::uint64_t> size() const noexcept;
    win32::ErrorCode setSize(std::uint64_t size) noexcept;
    win32::ErrorCode flush() noexcept;
    win32::ErrorCode setSparse() noexcept;
    win32::ErrorCode setCompressed(bool compressed) noexcept;

    // Copies the times of creation, last access and last write, and the attributes.
    win32::ErrorCode copyMetadataFrom(const OverlappedFile& source) noexcept;

    // The alignment of positions, lengths and addresses: the sector size for an unbuffered file, otherwise 1.
    std::uint32_t alignment() const noexcept { return alignment_; }

private:
    win32::ErrorCode control(DWORD code, void* input, DWORD length) noexcept;

    const std::uint32_t alignment_;
};

}  // namespace iocp4j
