/*
 * iocp4j.h for C++: the same calls, with owners that close, exceptions, and a function as the listener.
 *
 * Nothing here is in the DLL, which knows only the C interface, so that the compilers need not be the same. What is
 * left out - several pollers of one port - is there in iocp4j.h; key() gives the keys for it.
 *
 * Every call may be made from any thread, but for PolledPort::poll(). What is refused is thrown as a std::system_error,
 * whose code() is a Win32 error or one of the IOCP4J_ codes, in iocp4j::errorCategory().
 */
#ifndef IOCP4J_HPP
#define IOCP4J_HPP

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <system_error>
#include <utility>

#include "iocp4j.h"

namespace iocp4j {
// Apart, in the names that a linker sees, from what the library calls so inside.
inline namespace program {
inline constexpr std::chrono::milliseconds kForever{IOCP4J_FOREVER};

// Of Win32 errors and of the library's refusals.
class ErrorCategory final : public std::error_category {
public:
    const char* name() const noexcept override { return "iocp4j"; }
    std::string message(int code) const override {
        switch (static_cast<iocp4j_error>(code)) {
            case IOCP4J_DEVICE_CLOSED:
                return "no such device, or none any more";
            case IOCP4J_PORT_CLOSED:
                return "no such port, or none any more";
            case IOCP4J_OPERATION_LIMIT:
                return "as many operations in flight as the port may have; try again later";
            case IOCP4J_DEVICE_LIMIT:
                return "as many devices as a process may have";
            case IOCP4J_OUT_OF_MEMORY:
                return "out of memory or threads";
            case IOCP4J_WRONG_DEVICE:
                return "a device of that kind cannot do this";
            case IOCP4J_POLLER_CLOSED:
                return "no such poller, or none any more";
            case IOCP4J_POLLER_BUSY:
                return "another thread polls, or the last batch has not been given back";
            case IOCP4J_HAS_WORKERS:
                return "a port with workers cannot be polled";
            case IOCP4J_PORT_LOST:
                return "other code has closed the port's handle";
            default:
                return std::system_category().message(code);
        }
    }
    // So that a Win32 error can be compared with a std::errc.
    std::error_condition default_error_condition(int code) const noexcept override {
        constexpr int kOurs = 0x20000000;
        return (code & kOurs) != 0 ? std::error_condition{code, *this}
                                   : std::system_category().default_error_condition(code);
    }
};

inline const std::error_category& errorCategory() noexcept {
    static const ErrorCategory category;
    return category;
}

// Throws unless the call was accepted. `call` begins the message.
inline void require(iocp4j_error error, const char* call) {
    if (error != 0) {
        throw std::system_error{static_cast<int>(error), errorCategory(), call};
    }
}

// What the C interface counts in: never longer than for ever, never less than not at all.
inline std::uint32_t toMilliseconds(std::chrono::milliseconds time) noexcept {
    return time >= kForever ? IOCP4J_FOREVER : time.count() <= 0 ? 0 : static_cast<std::uint32_t>(time.count());
}

using Completion = iocp4j_record;

// The completions of one batch. They are valid until the listener or the visitor returns.
class Completions {
public:
    Completions(const Completion* first, std::uint32_t count) noexcept : first_(first), count_(count) {}

    const Completion* begin() const noexcept { return first_; }
    const Completion* end() const noexcept { return first_ + count_; }
    std::uint32_t size() const noexcept { return count_; }
    bool empty() const noexcept { return count_ == 0; }

private:
    const Completion* first_;
    std::uint32_t count_;
};

// Owns a device, and closes it when destroyed - without waiting: completions of what was in flight still come, and the
// buffers must still be there.
class Device {
public:
    Device() = default;
    // Takes over the connection that a Completion with the opcode IOCP4J_ACCEPT and the status 0 names with its key.
    explicit Device(iocp4j_key key) noexcept : key_(key) {}
    Device(Device&& other) noexcept : key_(std::exchange(other.key_, 0)) {}
    // What it has owned until now is closed at once.
    Device& operator=(Device other) noexcept {
        std::swap(key_, other.key_);
        return *this;
    }
    ~Device() { iocp4j_close(key_, 0); }

    iocp4j_key key() const noexcept { return key_; }

    // Start a read or a write, as iocp4j_read() and iocp4j_write() do.
    iocp4j_operation read(void* buffer, std::uint32_t length, std::uint64_t token, std::uint64_t position = 0,
                          std::chrono::milliseconds deadline = kForever) {
        iocp4j_operation operation = 0;
        require(iocp4j_read(key_, buffer, length, position, token, toMilliseconds(deadline), &operation), "read");
        return operation;
    }
    iocp4j_operation write(const void* buffer, std::uint32_t length, std::uint64_t token, std::uint64_t position = 0,
                           std::chrono::milliseconds deadline = kForever) {
        iocp4j_operation operation = 0;
        require(iocp4j_write(key_, buffer, length, position, token, toMilliseconds(deadline), &operation), "write");
        return operation;
    }

    // False when it is over already. If not, its completion comes none the less.
    bool cancel(iocp4j_operation operation) noexcept { return iocp4j_cancel(key_, operation) != 0; }

    // Begins to close it. True when all operations have completed and the handle is closed, false when that takes
    // longer and goes on. On a worker it never waits; a thread that polls the device's port must not.
    bool close(std::chrono::milliseconds timeout = std::chrono::milliseconds{0}) noexcept {
        return iocp4j_close(key_, toMilliseconds(timeout)) != 0;
    }

private:
    iocp4j_key key_ = 0;
};

// Zeros are the defaults; iocp4j_port_settings says more.
struct PortSettings {
    std::uint32_t concurrency = 0;
    std::uint32_t workers = 0;
    std::uint32_t batch = 0;
    std::uint32_t operations = 0;
    const wchar_t* name = nullptr;
};

// Zeros are the defaults but for `name`.
struct PipeServerSettings : iocp4j_pipe_server_settings {
    PipeServerSettings() noexcept : iocp4j_pipe_server_settings{} { size = sizeof(iocp4j_pipe_server_settings); }
};

// What every port does, with workers or without.
class Port {
public:
    Port(const Port&) = delete;
    Port& operator=(const Port&) = delete;

    iocp4j_key key() const noexcept { return key_; }

    void post(std::uint64_t key, std::uint32_t bytes, std::uint64_t token) {
        require(iocp4j_post(key_, key, bytes, token), "post");
    }
    Device servePipe(const PipeServerSettings& settings) {
        return opened("servePipe", [&](iocp4j_key* server) { return iocp4j_serve_pipe(key_, &settings, server); });
    }
    Device connectPipe(const wchar_t* name, bool messages = false, std::chrono::milliseconds timeout = kForever) {
        return opened("connectPipe", [&](iocp4j_key* pipe) {
            return iocp4j_connect_pipe(key_, name, messages, toMilliseconds(timeout), pipe);
        });
    }
    // The last four are those of CreateFileW.
    Device openFile(const wchar_t* path, std::uint32_t access, std::uint32_t share, std::uint32_t disposition,
                    std::uint32_t flags = 0) {
        return opened("openFile", [&](iocp4j_key* file) {
            return iocp4j_open_file(key_, path, access, share, disposition, flags, file);
        });
    }
    // Passes a handle that was opened with FILE_FLAG_OVERLAPPED, unless this throws; or lends it.
    Device adopt(void* handle) { return registered("adopt", handle, true); }
    Device lend(void* handle) { return registered("lend", handle, false); }

protected:
    explicit Port(const iocp4j_port_settings& settings) {
        if (iocp4j_abi() != IOCP4J_ABI) {
            throw std::runtime_error{std::string{"iocp4j.dll "} + iocp4j_version() + " has interface " +
                                     std::to_string(iocp4j_abi()) + ", and this program was built for interface " +
                                     std::to_string(IOCP4J_ABI)};
        }
        require(iocp4j_open_port(&settings, &key_), "open");
    }
    ~Port() = default;

    static iocp4j_port_settings toC(const PortSettings& settings) noexcept {
        iocp4j_port_settings result{};
        result.size = sizeof(result);
        result.concurrency = settings.concurrency;
        result.workers = settings.workers;
        result.batch = settings.batch;
        result.operations = settings.operations;
        result.name = settings.name;
        return result;
    }

private:
    template <class Open>
    static Device opened(const char* call, Open&& open) {
        iocp4j_key key = 0;
        require(open(&key), call);
        return Device{key};
    }
    Device registered(const char* call, void* handle, bool own) {
        return opened(call, [&](iocp4j_key* device) { return iocp4j_adopt(key_, handle, own, device); });
    }

    iocp4j_key key_ = 0;
};

// A port with workers, which hand their batches to a listener: several at once, each with a batch of its own, which is
// there until the listener returns. An exception of the listener's ends the program. The listener is kept until nothing
// more comes.
//
// Destroying the port closes it and waits until then; but never on a worker, of this port or another, where the
// listener must own what it uses. Not to be destroyed while a process ends (as a static variable of a DLL would be):
// its workers are gone by then.
class CompletionPort : public Port {
public:
    using Listener = std::function<void(Completions)>;

    explicit CompletionPort(Listener listener, const PortSettings& settings = {})
        : CompletionPort(std::make_unique<Listener>(std::move(listener)), settings) {}
    ~CompletionPort() { close(); }

    // Begins to close it. True when all has ended, false when that takes longer and goes on. On a worker it never
    // waits.
    bool close(std::chrono::milliseconds timeout = kForever) noexcept {
        return iocp4j_close_port(key(), toMilliseconds(timeout)) != 0;
    }

private:
    CompletionPort(std::unique_ptr<Listener>&& listener, const PortSettings& settings)
        : Port(withListener(settings, listener.get())) {
        listener.release();  // the port's now
    }

    static iocp4j_port_settings withListener(const PortSettings& settings, Listener* listener) {
        iocp4j_port_settings result = toC(settings);
        result.context = listener;
        result.listener = [](void* context, const iocp4j_record* records, std::uint32_t count) noexcept {
            (*static_cast<Listener*>(context))(Completions{records, count});
        };
        result.ended = [](void* context) noexcept { delete static_cast<Listener*>(context); };
        return result;
    }
};

// A port without workers, which one thread polls at a time. Destroying it closes it, waits for what is in flight and
// drops that.
class PolledPort : public Port {
public:
    explicit PolledPort(const PortSettings& settings = {}) : Port(toC(settings)) {
        if (const iocp4j_error error = iocp4j_open_poller(key(), &poller_)) {
            close();
            require(error, "open");
        }
    }
    ~PolledPort() {
        close();
        const iocp4j_record* records = nullptr;
        std::uint32_t count = 0;
        do {
            iocp4j_delivered(poller_);
        } while (iocp4j_poll(poller_, IOCP4J_FOREVER, &records, &count) == 0);
        iocp4j_close_poller(poller_);
    }

    // Waits for completions, and gives them to the visitor as a batch that is there until it returns. Returns how many:
    // none when the time is up or after wakeUp().
    template <class Visitor>
    std::uint32_t poll(std::chrono::milliseconds timeout, Visitor&& visit) {
        const iocp4j_record* records = nullptr;
        std::uint32_t count = 0;
        require(iocp4j_poll(poller_, toMilliseconds(timeout), &records, &count), "poll");
        if (count > 0) {
            const Delivery delivery{poller_};
            visit(Completions{records, count});
        }
        return count;
    }

    // Begins to close it: from here on poll() brings what was in flight, and at last throws IOCP4J_PORT_CLOSED.
    void close() noexcept { iocp4j_close_port(key(), 0); }

    // Lets one poll return.
    void wakeUp() noexcept { iocp4j_wake_up(key()); }

private:
    // Gives the batch back, also when the visitor throws.
    struct Delivery {
        iocp4j_key poller;
        ~Delivery() { iocp4j_delivered(poller); }
    };

    iocp4j_key poller_ = 0;
};

}  // namespace program
}  // namespace iocp4j

#endif
