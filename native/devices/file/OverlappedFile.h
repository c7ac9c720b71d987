#pragma once

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
    DWORD flags = 0;  // FILE_FLAG_... and FILE_ATTRIBUTE_...; FILE_FLAG_OVERLAPPED comes with all
};

// A file on a disk. Its operations have positions and no order among themselves.
//
// The end of the file has one answer, however Windows reports it: a read that begins there or behind it completes with
// ERROR_HANDLE_EOF and no bytes, unless none were asked for; one that begins before it with the bytes that there are.
class OverlappedFile final : public ByteDevice {
public:
    // The position of a write that goes to the end of the file, wherever that is then.
    static constexpr std::uint64_t kAppend = ~std::uint64_t{0};

    // May throw std::bad_alloc. ERROR_NOT_SUPPORTED for something that is no file on a disk.
    static win32::Result<Device::Key> open(CompletionPort& port, const OverlappedFileSettings& settings);

    OverlappedFile(CompletionPort& port, std::wstring name, win32::Handle handle, std::uint32_t alignment)
        : ByteDevice(port, std::move(name), std::move(handle)), alignment_(alignment) {}

    const Traits& traits() const noexcept override {
        static constexpr Traits kTraits{.kind = DeviceKind::kFile};
        return kTraits;
    }
    Started read(Operation& operation, void* buffer, std::uint32_t length) noexcept override;
    bool onCompleted(CompletionRecord& record) noexcept override;

    // The segments are pages of memory, with an empty element behind the last. Only in an unbuffered file.
    Started readScatter(Operation& operation, FILE_SEGMENT_ELEMENT* segments, std::uint32_t length) noexcept;
    Started writeGather(Operation& operation, FILE_SEGMENT_ELEMENT* segments, std::uint32_t length) noexcept;

    // A range from the operation's position on. Flags are LOCKFILE_...
    Started lock(Operation& operation, DWORD flags, std::uint64_t length) noexcept;
    win32::ErrorCode unlock(std::uint64_t position, std::uint64_t length) noexcept;

    // All of the following are over when they return.
    win32::Result<std::uint64_t> size() const noexcept;
    win32::ErrorCode setSize(std::uint64_t size) noexcept;
    win32::ErrorCode flush() noexcept;
    win32::ErrorCode setSparse() noexcept;
    win32::ErrorCode setCompressed(bool compressed) noexcept;

    // Creation, last access and last write time, and the attributes.
    win32::ErrorCode copyMetadataFrom(const OverlappedFile& source) noexcept;

    // What positions, lengths and addresses of buffers must be multiples of: the size of a sector for an unbuffered
    // file, else 1.
    std::uint32_t alignment() const noexcept { return alignment_; }

private:
    win32::ErrorCode control(DWORD code, void* input, DWORD length) noexcept;

    const std::uint32_t alignment_;
};

}  // namespace iocp4j
