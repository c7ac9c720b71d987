#include "LogFile.h"

#include <chrono>
#include <thread>

#include "Workload.h"

namespace iocp4j::bench {

namespace {

constexpr std::size_t kCapacity = 1 << 18;
constexpr std::chrono::milliseconds kLinger{20};

}  // namespace

LogFile::LogFile(const std::string& path)
    : file_(::CreateFileA(path.c_str(), GENERIC_WRITE, FILE_SHARE_READ, nullptr, CREATE_ALWAYS, FILE_ATTRIBUTE_NORMAL,
                          nullptr)) {
    if (file_ == INVALID_HANDLE_VALUE) {
        throw CallFailed{"CreateFile " + path};
    }
    waiting_.reserve(kCapacity);
    // Runs until the process ends, like the sink.
    std::thread{[this] { flush(); }}.detach();
}

void LogFile::append(std::span<const char> line) {
    const std::lock_guard lock{mutex_};
    if (waiting_.size() + line.size() > kCapacity) {
        write();
    }
    if (waiting_.empty()) {
        begun_.notify_one();
    }
    waiting_.insert(waiting_.end(), line.begin(), line.end());
}

void LogFile::flush() {
    std::unique_lock lock{mutex_};
    for (;;) {
        begun_.wait(lock, [this] { return !waiting_.empty(); });
        lock.unlock();
        std::this_thread::sleep_for(kLinger);
        lock.lock();
        write();
    }
}

void LogFile::write() {
    DWORD written = 0;
    if (!::WriteFile(file_, waiting_.data(), static_cast<DWORD>(waiting_.size()), &written, nullptr) ||
        written != waiting_.size()) {
        throw CallFailed{"WriteFile"};
    }
    waiting_.clear();
}

}  // namespace iocp4j::bench
