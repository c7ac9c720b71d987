/*
 * The C++ wrapper of iocp4j.h, with RAII, exceptions, and a std::function as the listener.
 *
 * This header calls the DLL only through the C interface, so that different compilers can build the two. For several
 * pollers of one port use iocp4j.h with the keys from key().
 *
 * Any thread may make any call, except for PolledPort::poll(). A refused call throws a std::system_error, whose code()
 * is a Win32 error or an IOCP4J_ code in iocp4j::errorCategory().
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
// Makes the symbols distinct from those of the same name in the library.
inline namespace program {
inline constexpr std::chrono::milliseconds kForever{IOCP4J_FOREVER};

// The category of Win32 errors and IOCP4J_ codes.
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
                return "too many operations in flight on the port; try again later";
            case IOCP4J_DEVICE_LIMIT:
                return "too many devices in the process";
            case IOCP4J_OUT_OF_MEMORY:
                return "out of memory or threads";
            case IOCP4J_WRONG_DEVICE:
                return "not possible with this kind of device";
            case IOCP4J_POLLER_CLOSED:
                return "no such poller, or none any more";
            case IOCP4J_POLLER_BUSY:
                return "another thread polls, or the last batch was not released";
            case IOCP4J_HAS_WORKERS:
                return "a port with workers cannot be polled";
            case IOCP4J_PORT_LOST:
                return "other code has closed the port's handle";
            default:
                return std::system_category().message(code);
        }
    }
    // Makes Win32 errors comparable with std::errc.
    std::error_condition default_error_condition(int code) const noexcept override {
        constexpr int kIocp4j = 0x20000000;
        return (code & kIocp4j) != 0 ? std::error_condition{code, *this}
                                     : std::system_category().default_error_condition(code);
    }
};

inline const std::error_category& errorCategory() noexcept {
    static const ErrorCategory category;
    return category;
}

// Throws if the call has failed. The message begins with `call`.
inline void require(iocp4j_error error, const char* call) {
    if (error != 0) {
        throw std::system_error{static_cast<int>(error), errorCategory(), call};
    }
}

// Milliseconds for the C interface: 0 for negative times, IOCP4J_FOREVER for times that it cannot express.
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

// Owns a device. The destructor closes it without waiting: operations in flight still complete, and their buffers must
// stay valid until then.
class Device {
public:
    Device() = default;
    // Takes over a new connection: the key of a Completion with the opcode IOCP4J_ACCEPT and the status 0.
    explicit Device(iocp4j_key key) noexcept : key_(key) {}
    Device(Device&& other) noexcept : key_(std::exchange(other.key_, 0)) {}
    // Closes the device that it has owned before.
    Device& operator=(Device other) noexcept {
        std::swap(key_, other.key_);
        return *this;
    }
    ~Device() { iocp4j_close(key_, 0); }

    iocp4j_key key() const noexcept { return key_; }

    // Start a read or a write; see iocp4j_read() and iocp4j_write().
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

    // Returns false if the operation is over. Otherwise its completion follows as usual.
    bool cancel(iocp4j_operation operation) noexcept { return iocp4j_cancel(key_, operation) != 0; }

    // Closes the device. Returns true if all operations have completed and the handle is closed, or false if the close
    // continues after the timeout. Never waits on a worker. A thread that polls the device's port must not wait.
    bool close(std::chrono::milliseconds timeout = std::chrono::milliseconds{0}) noexcept {
        return iocp4j_close(key_, toMilliseconds(timeout)) != 0;
    }

private:
    iocp4j_key key_ = 0;
};

// 0 selects the default; see iocp4j_port_settings.
struct PortSettings {
    std::uint32_t concurrency = 0;
    std::uint32_t workers = 0;
    std::uint32_t batch = 0;
    std::uint32_t operations = 0;
    const wchar_t* name = nullptr;
};

// 0 selects the default, except for `name`; see iocp4j_pipe_server_settings.
struct PipeServerSettings : iocp4j_pipe_server_settings {
    PipeServerSettings() noexcept : iocp4j_pipe_server_settings{} { size = sizeof(iocp4j_pipe_server_settings); }
};

// Common to ports with and without workers.
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
    // `access` to `flags` are those of CreateFileW.
    Device openFile(const wchar_t* path, std::uint32_t access, std::uint32_t share, std::uint32_t disposition,
                    std::uint32_t flags = 0) {
        return opened("openFile", [&](iocp4j_key* file) {
            return iocp4j_open_file(key_, path, access, share, disposition, flags, file);
        });
    }
    // For a handle that was opened with FILE_FLAG_OVERLAPPED. adopt() makes the device its owner, unless it throws.
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

// A port with workers, which call a listener. Several workers may call it at once, each with its own batch, which is
// valid until the listener returns. An exception of the listener ends the program. The listener is destroyed when the
// port has ended.
//
// The destructor closes the port and waits for its end. It does not wait on a worker of any port; there the listener
// must own everything that it uses. Do not destroy the port during the end of the process, for example as a static
// variable of a DLL, because Windows has ended the workers by then.
class CompletionPort : public Port {
public:
    using Listener = std::function<void(Completions)>;

    explicit CompletionPort(Listener listener, const PortSettings& settings = {})
        : CompletionPort(std::make_unique<Listener>(std::move(listener)), settings) {}
    ~CompletionPort() { close(); }

    // Closes the port. Returns true if it has ended, or false if the close continues after the timeout. Never waits on
    // a worker.
    bool close(std::chrono::milliseconds timeout = kForever) noexcept {
        return iocp4j_close_port(key(), toMilliseconds(timeout)) != 0;
    }

private:
    CompletionPort(std::unique_ptr<Listener>&& listener, const PortSettings& settings)
        : Port(withListener(settings, listener.get())) {
        listener.release();  // the port deletes it
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

// A port without workers, which one thread polls at a time. The destructor closes it, waits for the operations in
// flight and drops their completions.
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

    // Waits for completions and passes them to the visitor in a batch, which is valid until it returns. Returns their
    // number, which is 0 after a timeout or wakeUp().
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

    // Closes the port. poll() returns the completions of operations in flight, and then throws IOCP4J_PORT_CLOSED.
    void close() noexcept { iocp4j_close_port(key(), 0); }

    // Makes one poll() return.
    void wakeUp() noexcept { iocp4j_wake_up(key()); }

private:
    // Releases the batch, also when the visitor throws.
    struct Delivery {
        iocp4j_key poller;
        ~Delivery() { iocp4j_delivered(poller); }
    };

    iocp4j_key poller_ = 0;
};

}  // namespace program
}  // namespace iocp4j

#endif
