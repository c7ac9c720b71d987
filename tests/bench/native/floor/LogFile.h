#pragma once

#include <windows.h>

#include <condition_variable>
#include <mutex>
#include <span>
#include <string>
#include <vector>

namespace iocp4j::bench {

// A file that lines are added to, by way of a buffer as large as that of iocp4j's syelogd: a line is on its way after
// 20 milliseconds at the latest, and sooner when the buffer is full.
class LogFile {
public:
    // Empties the file, or makes it.
    explicit LogFile(const std::string& path);
    LogFile(const LogFile&) = delete;
    LogFile& operator=(const LogFile&) = delete;

    void append(std::span<const char> line);

private:
    void flush();
    void write();

    const HANDLE file_;
    std::mutex mutex_;  // of what is waiting
    std::condition_variable begun_;
    std::vector<char> waiting_;
};

}  // namespace iocp4j::bench
