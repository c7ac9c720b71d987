// Random reads of 4 KiB from a file that is in the system's cache, a fixed number in flight.

#include <atomic>

#include "Port.h"
#include "Stopwatch.h"
#include "Workload.h"

namespace iocp4j::bench {

namespace {

constexpr DWORD kBlock = 4096;

class FileReads final : public Workload {
public:
    FileReads(unsigned threads, const std::string& path, std::size_t depth, bool completesInline,
              std::size_t idleDevices)
        : threads_(threads), path_(path), completesInline_(completesInline), file_(open()), reads_(depth) {
        LARGE_INTEGER size{};
        if (!::GetFileSizeEx(file_, &size)) {
            throw CallFailed{"GetFileSizeEx"};
        }
        blocks_ = static_cast<std::uint64_t>(size.QuadPart) / kBlock;
        port_.add(file_, 0, completesInline);
        for (std::size_t i = 0; i < idleDevices; ++i) {
            idle_.push_back(open());
            port_.add(idle_.back(), i + 1);
        }
        for (std::size_t i = 0; i < depth; ++i) {
            reads_[i].random = 0x9E37'79B9'7F4A'7C15 * (i + 1);
            reads_[i].memory.resize(kBlock);
        }
    }

    ~FileReads() override {
        for (const HANDLE device : idle_) {
            ::CloseHandle(device);
        }
        ::CloseHandle(file_);
    }

    Run run(std::chrono::milliseconds length) override {
        const Stopwatch time{length};
        std::atomic<std::uint64_t> operations = 0;
        std::atomic<std::size_t> left = reads_.size();
        for (Read& read : reads_) {
            if (!start(read, time, operations)) {
                --left;
            }
        }
        if (left == 0) {
            return time.stop(operations);
        }
        port_.serve(threads_, [&](const OVERLAPPED_ENTRY& entry) {
            if (bytesOf(entry) != kBlock) {
                throw CallFailed{"ReadFile"};
            }
            ++operations;
            auto& read = *static_cast<Read*>(entry.lpOverlapped);
            return (!time.isOver() && start(read, time, operations)) || --left > 0;
        });
        return time.stop(operations);
    }

private:
    struct Read : OVERLAPPED {
        std::uint64_t random;
        std::vector<char> memory;
    };

    HANDLE open() const {
        const HANDLE file = ::CreateFileA(path_.c_str(), GENERIC_READ, FILE_SHARE_READ, nullptr, OPEN_EXISTING,
                                          FILE_FLAG_OVERLAPPED, nullptr);
        if (file == INVALID_HANDLE_VALUE) {
            throw CallFailed{"CreateFile " + path_};
        }
        return file;
    }

    // Returns true if a packet follows. Counts reads that complete inline.
    bool start(Read& read, const Stopwatch& time, std::atomic<std::uint64_t>& operations) {
        do {
            read.random ^= read.random << 13;
            read.random ^= read.random >> 7;
            read.random ^= read.random << 17;
            const std::uint64_t position = (read.random >> 1) % blocks_ * kBlock;
            static_cast<OVERLAPPED&>(read) = OVERLAPPED{};
            read.Offset = static_cast<DWORD>(position);
            read.OffsetHigh = static_cast<DWORD>(position >> 32);
            if (!::ReadFile(file_, read.memory.data(), kBlock, nullptr, &read)) {
                if (::GetLastError() != ERROR_IO_PENDING) {
                    throw CallFailed{"ReadFile"};
                }
                return true;
            }
            if (!completesInline_) {
                return true;
            }
            ++operations;
        } while (!time.isOver());
        return false;
    }

    const unsigned threads_;
    const std::string path_;
    const bool completesInline_;
    const HANDLE file_;
    std::uint64_t blocks_ = 0;
    Port port_;
    std::vector<HANDLE> idle_;
    std::vector<Read> reads_;
};

}  // namespace

std::unique_ptr<Workload> fileReads(const Arguments& arguments) {
    return std::make_unique<FileReads>(arguments.threads, arguments.at(0), std::stoul(arguments.at(1)),
                                       arguments.at(2) == "inline", std::stoul(arguments.at(3)));
}

}  // namespace iocp4j::bench
