// Opens a file, binds it to a port and closes it.

#include "Port.h"
#include "Stopwatch.h"
#include "Workload.h"

namespace iocp4j::bench {

namespace {

class OpenClose final : public Workload {
public:
    explicit OpenClose(std::string path) : path_(std::move(path)) {}

    Run run(std::chrono::milliseconds length) override {
        const Stopwatch time{length};
        std::uint64_t operations = 0;
        while (!time.isOver()) {
            const HANDLE file = ::CreateFileA(path_.c_str(), GENERIC_READ, FILE_SHARE_READ, nullptr, OPEN_EXISTING,
                                              FILE_FLAG_OVERLAPPED, nullptr);
            if (file == INVALID_HANDLE_VALUE) {
                throw CallFailed{"CreateFile " + path_};
            }
            port_.add(file, operations);
            ::CloseHandle(file);
            ++operations;
        }
        return time.stop(operations);
    }

private:
    const std::string path_;
    Port port_;
};

}  // namespace

std::unique_ptr<Workload> openClose(const Arguments& arguments) { return std::make_unique<OpenClose>(arguments.at(0)); }

}  // namespace iocp4j::bench
