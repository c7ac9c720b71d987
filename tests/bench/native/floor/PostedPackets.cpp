// Packets that the program posts to itself. Each one that is dequeued posts the next.

#include <atomic>

#include "Port.h"
#include "Stopwatch.h"
#include "Workload.h"

namespace iocp4j::bench {

namespace {

class PostedPackets final : public Workload {
public:
    PostedPackets(unsigned threads, std::uint64_t inFlight, const std::string& path, unsigned long idleDevices)
        : threads_(threads), inFlight_(inFlight) {
        for (unsigned long i = 0; i < idleDevices; ++i) {
            const HANDLE device = ::CreateFileA(path.c_str(), GENERIC_READ, FILE_SHARE_READ, nullptr, OPEN_EXISTING,
                                                FILE_FLAG_OVERLAPPED, nullptr);
            if (device == INVALID_HANDLE_VALUE) {
                throw CallFailed{"CreateFile " + path};
            }
            idle_.push_back(device);
            port_.add(device, i);
        }
    }

    ~PostedPackets() override {
        for (const HANDLE device : idle_) {
            ::CloseHandle(device);
        }
    }

    Run run(std::chrono::milliseconds length) override {
        const Stopwatch time{length};
        std::atomic<std::uint64_t> operations = 0;
        std::atomic<std::uint64_t> left = inFlight_;
        for (std::uint64_t i = 0; i < inFlight_; ++i) {
            port_.post(i);
        }
        port_.serve(threads_, [&](const OVERLAPPED_ENTRY& entry) {
            ++operations;
            if (time.isOver()) {
                return --left > 0;
            }
            port_.post(entry.lpCompletionKey);
            return true;
        });
        return time.stop(operations);
    }

private:
    const unsigned threads_;
    const std::uint64_t inFlight_;
    Port port_;
    std::vector<HANDLE> idle_;
};

}  // namespace

std::unique_ptr<Workload> postedPackets(const Arguments& arguments) {
    return std::make_unique<PostedPackets>(arguments.threads, std::stoul(arguments.at(0)), arguments.at(1),
                                           std::stoul(arguments.at(2)));
}

}  // namespace iocp4j::bench
