#include "devices/file/OverlappedFile.h"

#include <winioctl.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <memory>

#include "engine/operation/Operation.h"
#include "win32/Calls.h"
#include "win32/FilePath.h"
#include "win32/WaitedCall.h"

namespace iocp4j {

namespace {

// No disk has larger sectors, so that this alignment always suffices.
constexpr std::uint32_t kLargestSector = 4096;

std::uint32_t sectorOfVolume(const std::wstring& path) noexcept {
    wchar_t root[MAX_PATH + 1];
    DWORD perCluster = 0;
    DWORD sector = 0;
    DWORD freeClusters = 0;
    DWORD clusters = 0;
    return ::GetVolumePathNameW(path.c_str(), root, static_cast<DWORD>(std::size(root))) &&
                   ::GetDiskFreeSpaceW(root, &perCluster, &sector, &freeClusters, &clusters) &&
                   std::has_single_bit(sector)
               ? sector
               : kLargestSector;
}

std::uint32_t alignmentOf(HANDLE file, const std::wstring& path) noexcept {
    FILE_STORAGE_INFO storage{};
    const bool known = win32::calls.getFileInformationByHandleEx(file, FileStorageInfo, &storage, sizeof storage) &&
                       std::has_single_bit(storage.LogicalBytesPerSector);
    const std::uint32_t sector = known ? storage.LogicalBytesPerSector : sectorOfVolume(path);
    // Some devices require more alignment of addresses than of lengths. AlignmentRequirement is a mask.
    FILE_ALIGNMENT_INFO address{};
    if (!win32::calls.getFileInformationByHandleEx(file, FileAlignmentInfo, &address, sizeof address)) {
        return sector;
    }
    return std::max(sector, std::bit_ceil(std::uint32_t{address.AlignmentRequirement} + 1));
}

}  // namespace

win32::Result<Device::Key> OverlappedFile::open(CompletionPort& port, const OverlappedFileSettings& settings) {
    using Failure = win32::Result<Device::Key>;
    const auto path = win32::openablePath(settings.path);
    if (!path) {
        return Failure::failure(path.error());
    }
    // A new file is never that which a symbolic link names: an attacker may have made the link.
    const DWORD links = settings.disposition == CREATE_NEW ? FILE_FLAG_OPEN_REPARSE_POINT : 0;
    win32::Handle file{win32::calls.createFile((*path).c_str(), settings.access, settings.share, nullptr,
                                               settings.disposition, settings.flags | FILE_FLAG_OVERLAPPED | links,
                                               nullptr)};
    if (!file) {
        return Failure::failure(::GetLastError());
    }
    if (!win32::isOnDrive(*path) && ::GetFileType(file.get()) != FILE_TYPE_DISK) {
        return Failure::failure(ERROR_NOT_SUPPORTED);
    }
    const std::uint32_t alignment = (settings.flags & FILE_FLAG_NO_BUFFERING) != 0 ? alignmentOf(file.get(), *path) : 1;
    return port.add(std::make_unique<OverlappedFile>(port, settings.path, std::move(file), alignment));
}

Started OverlappedFile::readScatter(Operation& operation, FILE_SEGMENT_ELEMENT* segments,
                                    std::uint32_t length) noexcept {
    operation.record.detail = detailOfRead(length);
    return start(operation, [&] {
        return Started::from(win32::calls.readFileScatter(handle(), segments, length, nullptr, &operation));
    });
}

Started OverlappedFile::writeGather(Operation& operation, FILE_SEGMENT_ELEMENT* segments,
                                    std::uint32_t length) noexcept {
    return start(operation, [&] {
        return Started::from(win32::calls.writeFileGather(handle(), segments, length, nullptr, &operation));
    });
}

bool OverlappedFile::onCompleted(CompletionRecord& record) noexcept {
    if (record.opcode == Opcode::kRead) {
        // Some file systems report the end of the file as success with 0 bytes.
        if (record.status == ERROR_SUCCESS && record.bytes == 0 && record.detail != kNoRoom) {
            record.status = ERROR_HANDLE_EOF;
        }
        record.detail = 0;
    }
    return true;
}

Started OverlappedFile::lock(Operation& operation, DWORD flags, std::uint64_t length) noexcept {
    return start(operation, [&] {
        const BOOL had = win32::calls.lockFileEx(handle(), flags, 0, static_cast<DWORD>(length),
                                                 static_cast<DWORD>(length >> 32), &operation);
        if (had && port().quirks().locksQueueNoPacket) {
            return Started::over(ERROR_SUCCESS);
        }
        return Started::from(had);
    });
}

win32::ErrorCode OverlappedFile::unlock(std::uint64_t position, std::uint64_t length) noexcept {
    return win32::WaitedCall{position}.make(handle(), [&](OVERLAPPED* overlapped) {
        return win32::calls.unlockFileEx(handle(), 0, static_cast<DWORD>(length), static_cast<DWORD>(length >> 32),
                                         overlapped);
    });
}

win32::ErrorCode OverlappedFile::tryLock(DWORD flags, std::uint64_t position, std::uint64_t length) noexcept {
    return win32::WaitedCall{position}.make(handle(), [&](OVERLAPPED* overlapped) {
        return win32::calls.lockFileEx(handle(), flags | LOCKFILE_FAIL_IMMEDIATELY, 0, static_cast<DWORD>(length),
                                       static_cast<DWORD>(length >> 32), overlapped);
    });
}

win32::Result<OverlappedFile::Identity> OverlappedFile::identity() const noexcept {
    FILE_ID_INFO id{};
    if (win32::calls.getFileInformationByHandleEx(handle(), FileIdInfo, &id, sizeof id)) {
        Identity identity{id.VolumeSerialNumber};
        static_assert(sizeof id.FileId == 2 * sizeof identity[1]);
        std::memcpy(&identity[1], &id.FileId, sizeof id.FileId);
        return identity;
    }
    // Some file systems have only ids of 64 bits.
    BY_HANDLE_FILE_INFORMATION info{};
    if (!::GetFileInformationByHandle(handle(), &info)) {
        return win32::Result<Identity>::failure(::GetLastError());
    }
    return Identity{info.dwVolumeSerialNumber, std::uint64_t{info.nFileIndexHigh} << 32 | info.nFileIndexLow, 0};
}

win32::Result<std::uint64_t> OverlappedFile::size() const noexcept {
    FILE_STANDARD_INFO info{};
    if (!win32::calls.getFileInformationByHandleEx(handle(), FileStandardInfo, &info, sizeof info)) {
        return win32::Result<std::uint64_t>::failure(::GetLastError());
    }
    return static_cast<std::uint64_t>(info.EndOfFile.QuadPart);
}

win32::ErrorCode OverlappedFile::setSize(std::uint64_t size) noexcept {
    FILE_END_OF_FILE_INFO end{};
    end.EndOfFile.QuadPart = static_cast<LONGLONG>(size);
    return win32::calls.setFileInformationByHandle(handle(), FileEndOfFileInfo, &end, sizeof end) ? ERROR_SUCCESS
                                                                                                  : ::GetLastError();
}

win32::ErrorCode OverlappedFile::flush() noexcept {
    return win32::calls.flushFileBuffers(handle()) ? ERROR_SUCCESS : ::GetLastError();
}

win32::ErrorCode OverlappedFile::setSparse() noexcept { return control(FSCTL_SET_SPARSE, nullptr, 0); }

win32::ErrorCode OverlappedFile::setCompressed(bool compressed) noexcept {
    USHORT format = compressed ? COMPRESSION_FORMAT_DEFAULT : COMPRESSION_FORMAT_NONE;
    return control(FSCTL_SET_COMPRESSION, &format, sizeof format);
}

win32::ErrorCode OverlappedFile::control(DWORD code, void* input, DWORD length) noexcept {
    DWORD bytes = 0;
    return win32::WaitedCall{}.make(handle(), [&](OVERLAPPED* overlapped) {
        return win32::calls.deviceIoControl(handle(), code, input, length, nullptr, 0, &bytes, overlapped);
    });
}

win32::ErrorCode OverlappedFile::copyMetadataFrom(const OverlappedFile& source) noexcept {
    FILE_BASIC_INFO info{};
    if (!win32::calls.getFileInformationByHandleEx(source.handle(), FileBasicInfo, &info, sizeof info)) {
        return ::GetLastError();
    }
    // Zero leaves the time unchanged. The file system sets ChangeTime itself.
    info.ChangeTime.QuadPart = 0;
    // Only attributes that can be set; the others describe how the file is stored. Zero would leave all unchanged.
    info.FileAttributes &= FILE_ATTRIBUTE_READONLY | FILE_ATTRIBUTE_HIDDEN | FILE_ATTRIBUTE_SYSTEM |
                           FILE_ATTRIBUTE_ARCHIVE | FILE_ATTRIBUTE_NOT_CONTENT_INDEXED | FILE_ATTRIBUTE_TEMPORARY |
                           FILE_ATTRIBUTE_OFFLINE;
    if (info.FileAttributes == 0) {
        info.FileAttributes = FILE_ATTRIBUTE_NORMAL;
    }
    return win32::calls.setFileInformationByHandle(handle(), FileBasicInfo, &info, sizeof info) ? ERROR_SUCCESS
                                                                                                : ::GetLastError();
}

}  // namespace iocp4j
