// Copies a file as Windows does it.

#include <windows.h>

#include "Stopwatch.h"
#include "Workload.h"

namespace iocp4j::bench {

namespace {

class FileCopy final : public Workload {
public:
    FileCopy(std::string from, std::string to) : from_(std::move(from)), to_(std::move(to)) {}

    Run run(std::chrono::milliseconds length) override {
        const Stopwatch time{length};
        std::uint64_t operations = 0;
        do {
            ::DeleteFileA(to_.c_str());
            if (!::CopyFileExA(from_.c_str(), to_.c_str(), nullptr, nullptr, nullptr, 0)) {
                throw CallFailed{"CopyFileEx"};
            }
            ++operations;
        } while (!time.isOver());
        return time.stop(operations);
    }

private:
    const std::string from_;
    const std::string to_;
};

}  // namespace

std::unique_ptr<Workload> fileCopy(const Arguments& arguments) {
    return std::make_unique<FileCopy>(arguments.at(0), arguments.at(1));
}

}  // namespace iocp4j::bench
