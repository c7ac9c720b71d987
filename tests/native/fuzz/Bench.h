#pragma once

#include <array>
#include <deque>
#include <memory>
#include <vector>

#include "../fixtures/FakeCall.h"
#include "Input.h"
#include "devices/pipe/NamedPipe.h"
#include "engine/port/CompletionPort.h"

namespace iocp4j::fuzz {

// Runs the fuzzer's actions on the operations of one port, in one thread, with a simulated kernel. A model checks the
// result: with any forged packets and ids, each operation completes once, with the kernel's result.
class Bench {
public:
    // The kind of forgeries.
    enum class Hostile { kPackets, kOperationIds };

    Bench(Input& input, Hostile hostile)
        : input_(input),
          hostile_(hostile),
          operations_(port().kernel(), 1 + input.below(8), timekeeper_, doorbell_, input.below(2) == 1) {
        current_ = this;
        for (Pipe& pipe : pipes_) {
            win32::Handle handle{newHandle()};
            pipe.handle = handle.get();
            pipe.key = *port().add(std::make_unique<NamedPipe>(port(), L"fuzz", std::move(handle)));
        }
    }

    Bench(const Bench&) = delete;
    Bench& operator=(const Bench&) = delete;

    ~Bench() {
        postsFail_ = false;
        while (step()) {
        }
        expect(operations_.inFlight() == 0, "an operation is still in flight");
        for (const Flight& flight : flights_) {
            expect(flight.state == State::kSeen || flight.state == State::kRefused, "an operation was lost");
        }
        for (const Pipe& pipe : pipes_) {
            Device::close(pipe.key);
            expect(Device::awaitClosed(pipe.key, std::chrono::steady_clock::time_point::min()),
                   "a device has not ended");
        }
        current_ = nullptr;
    }

    void run() {
        while (!input_.empty()) {
            act();
        }
    }

private:
    enum class State {
        kKernel,  // the kernel has the request
        kQueued,  // its packet is queued
        kSeen,    // it has completed
        kRefused,
    };

    struct Pipe {
        HANDLE handle = nullptr;
        Device::Key key = 0;
        bool closed = false;
    };

    struct Flight {
        State state = State::kKernel;
        const Pipe* pipe = nullptr;  // nullptr for a post
        OVERLAPPED* operation = nullptr;
        OperationId id = 0;
        bool selfPosted = false;
        bool cancelled = false;    // by a caller, which could have happened only before the pipe was closed
        std::uint32_t status = 0;  // the NTSTATUS, or the error of a call that has failed at once
        std::uint32_t bytes = 0;
    };

    static constexpr std::uint32_t kAborted = 0xc000'0120;

    // --- Actions -------------------------------------------------------------------------------------------

    void act() {
        switch (input_.below(10)) {
            case 0:
            case 1:
                submit();
                break;
            case 2:
                finish(input_.byte(), kStatuses[input_.below(kStatuses.size())], input_.byte());
                break;
            case 3:
                dequeue(input_.byte());
                break;
            case 4:
            case 5:
            case 6:
                if (hostile_ == Hostile::kPackets) {
                    receiveForged();
                } else {
                    cancel(forgedId());
                }
                break;
            case 7:
                cancel(flights_.empty() ? 0 : flights_[input_.below(flights_.size())].id);
                break;
            case 8:
                post();
                break;
            case 9:
                changeWeather(input_.byte());
                break;
        }
    }

    // Actions during a call that starts an operation. Calls are not nested.
    void actMeanwhile() {
        switch (input_.below(6)) {
            case 0:
                finish(input_.byte(), 0, input_.byte());
                dequeue(0xff);
                break;
            case 1:
                receiveForged();
                break;
            case 2:
                cancel(forgedId());
                break;
            case 3:
                changeWeather(input_.byte());
                break;
            default:
                break;
        }
    }

    void changeWeather(std::uint8_t what) {
        if (what < 64) {
            postsFail_ = !postsFail_;
        } else if (what < 128) {
            cancelsFail_ = !cancelsFail_;
        } else if (what < 250) {
            (void)takeDeferred();
        } else {
            Pipe& pipe = pipes_[what % pipes_.size()];
            pipe.closed = true;
            Device::close(pipe.key);
        }
    }

    void submit() {
        Pipe& pipe = pipes_[input_.below(pipes_.size())];
        Share<Device> device{pipe.key};
        expect(static_cast<bool>(device) != pipe.closed, "a share does not match the state of the device");
        if (!device) {
            return;
        }
        const std::size_t index = flights_.size();
        flights_.emplace_back();
        flights_[index].pipe = &pipe;
        const bool full = operations_.inFlight() == operations_.ceiling();
        const auto started = operations_.submit(std::move(device), Opcode::kRead, index, Pins{}, Operations::kForEver,
                                                [&](Operation& operation) { return start(index, operation); });
        expect(started ? !full : full, "a submission was refused below the ceiling, or accepted above it");
        if (started) {
            name(index, *started);
        } else {
            flights_[index].state = State::kRefused;
        }
    }

    Started start(std::size_t index, Operation& operation) {
        flights_[index].operation = &operation;
        starting_ = index;
        operation.Internal = STATUS_PENDING;
        const bool fails = input_.below(4) == 0;
        if (!fails) {
            actMeanwhile();
        } else if (input_.below(2) == 0) {
            receiveForged();
        }
        starting_ = kNobody;
        if (!fails) {
            return Started::from(test::failing(ERROR_IO_PENDING));
        }
        Flight& flight = flights_[index];
        flight.status = ERROR_BROKEN_PIPE;
        flight.selfPosted = true;
        flight.state = State::kQueued;
        return Started::over(ERROR_BROKEN_PIPE);
    }

    void post() {
        const std::size_t index = flights_.size();
        Flight flight;
        flight.selfPosted = true;
        flight.state = State::kQueued;
        flight.bytes = input_.byte();
        flights_.push_back(flight);
        const auto posted =
            operations_.post(CompletionRecord{index, index, flight.bytes, 0, Opcode::kPost, DeviceKind::kNone, 0});
        if (posted) {
            name(index, *posted);
        } else {
            flights_[index].state = State::kRefused;
        }
    }

    void name(std::size_t index, OperationId id) {
        for (const Flight& flight : flights_) {
            expect(flight.id != id, "an id was issued twice");
        }
        flights_[index].id = id;
    }

    void cancel(OperationId id) {
        const Pipe& pipe = pipes_[input_.below(pipes_.size())];
        const Share<Device> device{pipe.key};
        if (!device) {
            return;
        }
        bool may = false;
        for (const Flight& flight : flights_) {
            may |=
                flight.id == id && id != 0 && flight.pipe == &pipe && flight.state == State::kKernel && !cancelsFail_;
        }
        const bool found = operations_.cancel(*device, id);
        // The operation that is being started has its id, but the model does not know it yet. A cancel takes effect
        // later, if at all.
        if (starting_ == kNobody || flights_[starting_].pipe != &pipe) {
            expect(found == may, may ? "an operation was not found" : "a number that is no operation was cancelled");
        }
    }

    // --- The kernel ---

    // Completes a pending request. Returns false if none is pending.
    bool finish(std::size_t which, std::uint32_t status, std::uint32_t bytes) {
        std::vector<Flight*> pending;
        for (Flight& flight : flights_) {
            if (flight.state == State::kKernel && flight.operation != nullptr) {
                pending.push_back(&flight);
            }
        }
        if (pending.empty()) {
            return false;
        }
        finish(*pending[which % pending.size()], status, bytes);
        return true;
    }

    void finish(Flight& flight, std::uint32_t status, std::uint32_t bytes) {
        flight.state = State::kQueued;
        flight.status = status;
        flight.bytes = bytes;
        flight.operation->InternalHigh = bytes;
        flight.operation->Internal = status;
        packets_.push_back({flight.pipe->key, flight.operation, status, bytes});
    }

    BOOL cancelIo(HANDLE file, const OVERLAPPED* operation) {
        if (cancelsFail_) {
            return test::failing(ERROR_NOT_FOUND);
        }
        bool found = false;
        for (Flight& flight : flights_) {
            const bool pends = flight.state == State::kKernel && flight.operation != nullptr;
            if (pends && flight.pipe->handle == file && (operation == nullptr || flight.operation == operation)) {
                flight.cancelled = operation != nullptr && !flight.pipe->closed;
                finish(flight, kAborted, 0);
                found = true;
            }
        }
        return found ? TRUE : test::failing(ERROR_NOT_FOUND);
    }

    BOOL postPacket(DWORD bytes, ULONG_PTR key, OVERLAPPED* operation) {
        if (postsFail_) {
            return test::failing(ERROR_NO_SYSTEM_RESOURCES);
        }
        packets_.push_back({key, operation, 0, bytes});
        return TRUE;
    }

    // --- The worker ----------------------------------------------------------------------------------------

    bool dequeue(std::size_t which) {
        if (packets_.empty()) {
            return false;
        }
        const auto packet = packets_.begin() + static_cast<std::ptrdiff_t>(which % packets_.size());
        const OVERLAPPED_ENTRY entry = *packet;
        packets_.erase(packet);
        receive(entry);
        return true;
    }

    // Returns true for an operation's packet.
    bool receive(const OVERLAPPED_ENTRY& entry) {
        bool foreign = false;
        if (Operation* operation = operations_.claim(entry, foreign)) {
            expect(!foreign, "an operation is foreign");
            take(*operation);
        }
        return !foreign;
    }

    // A forged packet may have the key of an operation's device, or the key of self-posted operations.
    void receiveForged() {
        constexpr ULONG_PTR kSelfPostedKey = 2;
        const OVERLAPPED_ENTRY entry = forgedPacket();
        bool likely = false;
        for (const Flight& flight : flights_) {
            const bool key = flight.pipe != nullptr && flight.pipe->key == entry.lpCompletionKey;
            likely |= flight.operation == entry.lpOverlapped && (key || entry.lpCompletionKey == kSelfPostedKey);
        }
        for (const OVERLAPPED_ENTRY& packet : packets_) {
            likely |= packet.lpOverlapped == entry.lpOverlapped && packet.lpCompletionKey == entry.lpCompletionKey;
        }
        expect(!receive(entry) || likely, "a packet counts that belongs to no operation");
    }

    bool takeDeferred() {
        Operation* operation = operations_.claimDeferred();
        if (operation != nullptr) {
            take(*operation);
        }
        return operation != nullptr;
    }

    void take(Operation& operation) {
        Target* device = operation.target.load();
        const CompletionRecord record = operations_.retire(operation);
        expect(record.token < flights_.size(), "an operation completed that was not started");
        Flight& flight = flights_[record.token];
        expect(record.token != starting_, "an operation completed before its call returned");
        expect(flight.state != State::kSeen, "an operation completed twice");
        expect(flight.state == State::kQueued, "an operation completed before its packet was queued");
        expect(record.bytes == flight.bytes, "an operation completed with a wrong byte count");
        expect(record.status == statusOf(flight), "an operation completed with a wrong status");
        flight.state = State::kSeen;
        expect((device != nullptr) == (flight.pipe != nullptr), "an operation has the wrong device");
        if (device != nullptr) {
            expect(device->key() == flight.pipe->key && record.key == flight.pipe->key,
                   "an operation completed on another device");
            device->countCompleted(record.bytes);
            device->endShare();
        }
    }

    static win32::ErrorCode statusOf(const Flight& flight) {
        if (flight.selfPosted) {
            return flight.status;
        }
        constexpr win32::ErrorCode kHandlesClosed = 676;
        const bool closed = flight.status == kAborted && !flight.cancelled && flight.pipe->closed;
        return closed ? kHandlesClosed : win32::errorOfStatus(flight.status);
    }

    bool step() { return takeDeferred() || dequeue(0) || finish(0, 0, 0); }

    // --- Forgeries -----------------------------------------------------------------------------------------

    OVERLAPPED_ENTRY forgedPacket() {
        // PostQueuedCompletionStatus always yields status 0.
        OVERLAPPED_ENTRY entry{forgedKey(), forgedAddress(), 0, input_.byte()};
        return entry;
    }

    ULONG_PTR forgedKey() {
        switch (input_.below(4)) {
            case 0:
                return input_.byte();
            case 1:
                return input_.number();
            case 2:
                return pipes_[input_.below(pipes_.size())].key ^ (ULONG_PTR{1} << input_.below(64));
            default:
                return pipes_[input_.below(pipes_.size())].key;
        }
    }

    OVERLAPPED* forgedAddress() {
        std::uintptr_t address = 0;
        if (!flights_.empty()) {
            address = reinterpret_cast<std::uintptr_t>(flights_[input_.below(flights_.size())].operation);
        }
        const auto shift =
            static_cast<std::uintptr_t>(static_cast<std::intptr_t>(static_cast<std::int8_t>(input_.byte())));
        switch (input_.below(5)) {
            case 0:
                address = input_.number();
                break;
            case 1:
                address += shift;
                break;
            case 2:
                address += shift * sizeof(Operation);
                break;
            default:
                break;
        }
        return reinterpret_cast<OVERLAPPED*>(address);
    }

    OperationId forgedId() {
        const OperationId known = flights_.empty() ? 0 : flights_[input_.below(flights_.size())].id;
        switch (input_.below(5)) {
            case 0:
                return input_.number();
            case 1:
                return known ^ (OperationId{1} << input_.below(64));
            case 2:
                return known + (OperationId{input_.byte()} << 24);
            case 3:
                return (OperationId{1} << 62) | (OperationId{input_.byte()} << 24) | input_.byte();
            default:
                return known - (OperationId{input_.byte()} << 24);
        }
    }

    // --- State that persists between runs ------------------------------------------------------------------

    class Deaf final : public CompletionSink {
        bool workerStarted(unsigned, std::span<CompletionRecord>) noexcept override { return true; }
        void workerStopped(unsigned) noexcept override {}
        void deliver(unsigned, std::span<const CompletionRecord>) noexcept override {}
        void unpin(Pins) noexcept override {}
        void portLost(std::uint32_t) noexcept override {}
        void deviceClosed(std::uint64_t) noexcept override {}
    };

    // The calls use the current bench and stay replaced until the process ends, because the port's worker keeps
    // running.
    static void simulateWin32() {
        using win32::Calls;
        [[maybe_unused]] static auto& create = *new test::FakeCall<&Calls::createIoCompletionPort>(
            [](HANDLE, HANDLE existing, ULONG_PTR, DWORD) { return existing != nullptr ? existing : newHandle(); });
        [[maybe_unused]] static auto& close = *new test::FakeCall<&Calls::closeHandle>([](HANDLE) { return TRUE; });
        [[maybe_unused]] static auto& dequeue = *new test::FakeCall<&Calls::getQueuedCompletionStatusEx>(
            [](HANDLE, OVERLAPPED_ENTRY*, ULONG, ULONG*, DWORD milliseconds, BOOL) {
                ::Sleep(milliseconds);
                return test::failing(WAIT_TIMEOUT);
            });
        [[maybe_unused]] static auto& post = *new test::FakeCall<&Calls::postQueuedCompletionStatus>(
            [](HANDLE, DWORD bytes, ULONG_PTR key, OVERLAPPED* operation) {
                return current_->postPacket(bytes, key, operation);
            });
        [[maybe_unused]] static auto& cancel = *new test::FakeCall<&Calls::cancelIoEx>(
            [](HANDLE file, OVERLAPPED* operation) { return current_->cancelIo(file, operation); });
    }

    // Devices need a port. Its own worker has nothing to do.
    static CompletionPort& port() {
        static CompletionPort& one = *[] {
            simulateWin32();
            CompletionPort::Settings settings;
            settings.workers = 1;
            settings.operations = 1;
            return &*Share<CompletionPort>{*CompletionPort::open(settings, std::make_unique<Deaf>())};
        }();
        return one;
    }

    static HANDLE newHandle() noexcept {
        static std::uintptr_t last = 0x1000;
        return reinterpret_cast<HANDLE>(last += 4);
    }

    static constexpr std::array<std::uint32_t, 4> kStatuses{0, 0x8000'0005, 0xc000'014b, kAborted};
    static constexpr std::size_t kNobody = ~std::size_t{0};

    static inline Bench* current_ = nullptr;

    Input& input_;
    const Hostile hostile_;
    // The bench makes the calls of the timekeeper.
    Timekeeper timekeeper_{L"fuzz", [] { return Timekeeper::Clock::time_point::max(); }};
    Doorbell doorbell_{port().kernel(), timekeeper_};
    Operations operations_;
    std::array<Pipe, 2> pipes_;
    std::vector<Flight> flights_;
    std::deque<OVERLAPPED_ENTRY> packets_;
    std::size_t starting_ = kNobody;
    bool postsFail_ = false;
    bool cancelsFail_ = false;
};

}  // namespace iocp4j::fuzz
