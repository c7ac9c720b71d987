// instructions PATH COUNT: runs one path of the engine COUNT times, on one thread. The instructions of two runs with
// different counts give those of one pass.

#include <windows.h>

#include <cstdio>
#include <cstdlib>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "devices/pipe/NamedPipe.h"
#include "engine/port/CompletionPort.h"
#include "engine/port/Poller.h"
#include "win32/Calls.h"

namespace iocp4j {
namespace {

// A kernel with one port and one device. A call completes before it returns, or when the program completes it.
struct Kernel {
    ULONG_PTR key = 0;  // of the device
    bool pending = true;
    std::vector<OVERLAPPED*> requests;
    std::vector<OVERLAPPED_ENTRY> packets;
    std::size_t next = 0;  // the first packet in the queue
};

Kernel kernel;

HANDLE handle(std::uintptr_t number) noexcept { return reinterpret_cast<HANDLE>(number); }

HANDLE createPort(HANDLE device, HANDLE, ULONG_PTR key, DWORD) {
    if (device != INVALID_HANDLE_VALUE) {
        kernel.key = key;
    }
    return handle(8);
}

BOOL post(HANDLE, DWORD bytes, ULONG_PTR key, OVERLAPPED* overlapped) {
    kernel.packets.push_back({key, overlapped, 0, bytes});
    return TRUE;
}

BOOL dequeue(HANDLE, OVERLAPPED_ENTRY* entries, ULONG room, ULONG* count, DWORD, BOOL) {
    *count = 0;
    while (*count < room && kernel.next < kernel.packets.size()) {
        entries[(*count)++] = kernel.packets[kernel.next++];
    }
    if (kernel.next == kernel.packets.size()) {
        kernel.packets.clear();
        kernel.next = 0;
    }
    if (*count == 0) {
        ::SetLastError(WAIT_TIMEOUT);
    }
    return *count > 0 ? TRUE : FALSE;
}

BOOL read(HANDLE, LPVOID, DWORD length, DWORD*, OVERLAPPED* overlapped) {
    if (kernel.pending) {
        overlapped->Internal = STATUS_PENDING;
        kernel.requests.push_back(overlapped);
        ::SetLastError(ERROR_IO_PENDING);
        return FALSE;
    }
    overlapped->Internal = 0;
    overlapped->InternalHigh = length;
    return TRUE;
}

void completeAll() {
    for (OVERLAPPED* request : kernel.requests) {
        request->Internal = 0;
        request->InternalHigh = 1;
        kernel.packets.push_back({kernel.key, request, 0, 1});
    }
    kernel.requests.clear();
}

BOOL cancel(HANDLE, OVERLAPPED* request) {
    constexpr ULONG_PTR kCancelled = 0xc000'0120;
    request->Internal = kCancelled;
    request->InternalHigh = 0;
    kernel.packets.push_back({kernel.key, request, 0, 0});
    kernel.requests.clear();
    return TRUE;
}

class Sink final : public CompletionSink {
public:
    bool workerStarted(unsigned, std::span<CompletionRecord>) noexcept override { return true; }
    void deliver(unsigned, std::span<const CompletionRecord>) noexcept override {}
    void workerStopped(unsigned) noexcept override {}
    void unpin(Pins) noexcept override {}
    void portLost(std::uint32_t) noexcept override {}
    void deviceClosed(std::uint64_t) noexcept override {}
};

// A polled port with one pipe.
class Engine {
public:
    Engine() {
        CompletionPort::Settings settings;
        settings.polled = true;
        const auto opened = CompletionPort::open(settings, std::make_unique<Sink>());
        port_ = Share<CompletionPort>{*opened}.detach();
        device_ = *port_->add(std::make_unique<NamedPipe>(*port_, L"pipe", win32::Handle{handle(4)}));
        poller_ = *Poller::open(*port_);
    }

    OperationId submit() {
        Share<Device> share{device_};
        Device& target = *share;
        return *port_->operations().submit(std::move(share), Opcode::kRead, 1, Pins{}, Operations::kForEver,
                                           [&](Operation& operation) { return target.read(operation, &byte_, 1); });
    }

    void cancel(OperationId operation) {
        const Share<Device> share{device_};
        check(port_->operations().cancel(*share, operation));
    }

    void completeInline() {
        const Share<Device> share{device_};
        check(share->completeInline() == ERROR_SUCCESS);
        kernel.pending = false;
    }

    void wake() { port_->wake(); }

    // Polls once and expects that many completions.
    void poll(std::uint32_t expected) {
        const auto polled = Poller::poll(poller_, 0);
        check(polled && polled->count == expected);
        if (expected > 0) {
            Poller::delivered(poller_);
        }
    }

    static void check(bool holds) {
        if (!holds) {
            std::fputs("the engine does not do what is to be measured\n", stderr);
            std::exit(1);
        }
    }

private:
    CompletionPort* port_ = nullptr;
    Device::Key device_ = 0;
    Poller::Key poller_ = 0;
    char byte_ = 0;
};

// Submits a batch and delivers it.
void batch(Engine& engine, std::uint32_t length) {
    for (std::uint32_t i = 0; i < length; ++i) {
        engine.submit();
    }
    completeAll();
    engine.poll(length);
}

using Path = std::function<void(Engine&)>;

const std::map<std::string, Path> kPaths{
    {"batch-1", [](Engine& engine) { batch(engine, 1); }},
    {"batch-8", [](Engine& engine) { batch(engine, 8); }},
    {"batch-64", [](Engine& engine) { batch(engine, 64); }},
    {"batch-256", [](Engine& engine) { batch(engine, 256); }},
    {"cancel",
     [](Engine& engine) {
         engine.cancel(engine.submit());
         engine.poll(1);
     }},
    {"empty-poll", [](Engine& engine) { engine.poll(0); }},
    {"inline", [](Engine& engine) { Engine::check(isInline(engine.submit())); }},
    {"wake-up",
     [](Engine& engine) {
         engine.wake();
         engine.poll(0);
     }},
};

int run(const std::string& name, long count) {
    const auto path = kPaths.find(name);
    if (path == kPaths.end()) {
        for (const auto& [known, _] : kPaths) {
            std::puts(known.c_str());
        }
        return 2;
    }
    win32::calls.createIoCompletionPort = &createPort;
    win32::calls.postQueuedCompletionStatus = &post;
    win32::calls.getQueuedCompletionStatusEx = &dequeue;
    win32::calls.readFile = &read;
    win32::calls.cancelIoEx = &cancel;
    win32::calls.setFileCompletionNotificationModes = [](HANDLE, UCHAR) -> BOOL { return TRUE; };
    win32::calls.closeHandle = [](HANDLE) -> BOOL { return TRUE; };
    win32::calls.allocatePacketReserve = [] { return handle(12); };
    Engine engine;
    if (name == "inline") {
        engine.completeInline();
    }
    for (long i = 0; i < count; ++i) {
        path->second(engine);
    }
    return 0;
}

}  // namespace
}  // namespace iocp4j

int main(int count, char** arguments) {
    if (count != 3) {
        std::fputs("usage: instructions PATH COUNT\n", stderr);
        return 2;
    }
    // The port is not closed, because the process ends.
    std::exit(iocp4j::run(arguments[1], std::atol(arguments[2])));
}
