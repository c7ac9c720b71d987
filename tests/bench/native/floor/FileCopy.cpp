// Copies a file, or the files of a folder, with CopyFileEx, once, whatever the length of the run. The driver deletes
// the copies before the next run.

#include <windows.h>

#include "Stopwatch.h"
#include "Workload.h"

namespace iocp4j::bench {

namespace {

class FileCopy final : public Workload {
public:
    FileCopy(std::string from, std::string to, std::uint64_t files)
        : from_(std::move(from)), to_(std::move(to)), files_(files) {}

    Run run(std::chrono::milliseconds length) override {
        const Stopwatch time{length};
        if ((::GetFileAttributesA(from_.c_str()) & FILE_ATTRIBUTE_DIRECTORY) != 0) {
            copyFolder(from_, to_);
        } else {
            copyFile(from_, to_);
        }
        return time.stop(files_);
    }

private:
    static void copyFile(const std::string& from, const std::string& to) {
        if (!::CopyFileExA(from.c_str(), to.c_str(), nullptr, nullptr, nullptr, 0)) {
            throw CallFailed{"CopyFileEx " + from};
        }
    }

    static void copyFolder(const std::string& from, const std::string& to) {
        if (!::CreateDirectoryA(to.c_str(), nullptr)) {
            throw CallFailed{"CreateDirectory " + to};
        }
        WIN32_FIND_DATAA found;
        const HANDLE search = ::FindFirstFileExA((from + R"(\*)").c_str(), FindExInfoBasic, &found,
                                                 FindExSearchNameMatch, nullptr, FIND_FIRST_EX_LARGE_FETCH);
        if (search == INVALID_HANDLE_VALUE) {
            throw CallFailed{"FindFirstFileEx " + from};
        }
        do {
            const std::string name = found.cFileName;
            if ((found.dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY) == 0) {
                copyFile(from + '\\' + name, to + '\\' + name);
            } else if (name != "." && name != "..") {
                copyFolder(from + '\\' + name, to + '\\' + name);
            }
        } while (::FindNextFileA(search, &found));
        if (::GetLastError() != ERROR_NO_MORE_FILES) {
            throw CallFailed{"FindNextFile " + from};
        }
        ::FindClose(search);
    }

    const std::string from_;
    const std::string to_;
    const std::uint64_t files_;
};

}  // namespace

std::unique_ptr<Workload> fileCopy(const Arguments& arguments) {
    return std::make_unique<FileCopy>(arguments.at(0), arguments.at(1), std::stoul(arguments.at(2)));
}

}  // namespace iocp4j::bench
