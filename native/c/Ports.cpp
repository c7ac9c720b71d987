#include "c/CallbackSink.h"
#include "c/Outcome.h"
#include "engine/lifetime/NoWaitScope.h"
#include "engine/port/CompletionPort.h"
#include "win32/StayLoaded.h"

using namespace iocp4j;

namespace {

bool valid(const iocp4j_port_settings& settings) noexcept {
    return settings.size == sizeof(settings) && settings.concurrency <= CompletionPort::Settings::kMaxThreads &&
           settings.workers <= CompletionPort::Settings::kMaxThreads &&
           settings.batch <= CompletionPort::Settings::kMaxBatch && settings.operations <= Operations::kMaxCeiling;
}

CompletionPort::Settings settingsOf(const iocp4j_port_settings& given) {
    CompletionPort::Settings settings;
    settings.concurrency = given.concurrency;
    settings.workers = given.workers;
    settings.polled = given.listener == nullptr;
    if (given.batch != 0) {
        settings.batch = given.batch;
    }
    if (given.operations != 0) {
        settings.operations = given.operations;
    }
    if (given.name != nullptr) {
        settings.name = given.name;
    }
    return settings;
}

}  // namespace

iocp4j_error iocp4j_open_port(const iocp4j_port_settings* settings, iocp4j_key* port) {
    if (settings == nullptr || port == nullptr || !valid(*settings)) {
        return ERROR_INVALID_PARAMETER;
    }
    win32::stayLoaded();
    return c::guarded([&] {
        auto sink = std::make_unique<c::CallbackSink>(settings->listener, settings->ended, settings->context);
        c::CallbackSink& callbacks = *sink;
        const auto opened = CompletionPort::open(settingsOf(*settings), std::move(sink));
        if (opened) {
            callbacks.opened();
        }
        return c::outcome(opened, port);
    });
}

int iocp4j_close_port(iocp4j_key port, uint32_t milliseconds) {
    bool ended = false;
    c::guarded([&] {
        CompletionPort::close(port);
        ended = CompletionPort::awaitClosed(port, NoWaitScope::deadlineIn(std::chrono::milliseconds{milliseconds}));
        return iocp4j_error{0};
    });
    return ended;
}

iocp4j_error iocp4j_post(iocp4j_key port, uint64_t key, uint32_t bytes, uint64_t token) {
    const Share<CompletionPort> found{port};
    return found ? found->post(key, bytes, token).error() : code(EngineError::kPortClosed);
}

void iocp4j_wake_up(iocp4j_key port) {
    if (const Share<CompletionPort> found{port}) {
        found->wake();
    }
}
