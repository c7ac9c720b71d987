#pragma once

#include <windows.h>

#include <condition_variable>
#include <mutex>
#include <span>
#include <string>
#include <vector>

namespace iocp4j::bench {

// A file to which lines are appended, through a buffer as large as that of iocp4j's syelogd. A line is written after at
// most 20 milliseconds, or when the buffer is full.
class LogFile {
public:
    // Creates the file, or empties it.
    explicit LogFile(const std::string& path);
    LogFile(const LogFile&) = delete;
    LogFile& operator=(const LogFile&) = delete;

    void append(std::span<const char> line);

private:
    void flush();
    void write();

    const HANDLE file_;
    std::mutex mutex_;  // guards the rest
    std::condition_variable begun_;
    std::vector<char> waiting_;
};

}  // namespace iocp4j::bench
