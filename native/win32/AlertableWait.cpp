#include "win32/AlertableWait.h"

namespace iocp4j::win32 {

namespace {

using Kind = WaitOutcome::Kind;

// Maps the result of a wait function for that number of objects.
WaitOutcome outcomeOf(DWORD returned, std::size_t objects) noexcept {
    const auto count = static_cast<DWORD>(objects);
    if (returned == WAIT_IO_COMPLETION) {
        return {Kind::kApc};
    }
    if (returned == WAIT_TIMEOUT) {
        return {Kind::kTimeout};
    }
    if (returned < WAIT_OBJECT_0 + count) {
        return {Kind::kSignalled, returned - WAIT_OBJECT_0};
    }
    if (returned == WAIT_OBJECT_0 + count) {
        return {Kind::kMessage};
    }
    if (returned >= WAIT_ABANDONED_0 && returned < WAIT_ABANDONED_0 + count) {
        return {Kind::kAbandoned, returned - WAIT_ABANDONED_0};
    }
    return {Kind::kFailed, 0, ::GetLastError()};
}

}  // namespace

WaitOutcome alertableSleep(DWORD milliseconds) noexcept {
    return ::SleepEx(milliseconds, TRUE) == WAIT_IO_COMPLETION ? WaitOutcome{Kind::kApc} : WaitOutcome{Kind::kTimeout};
}

WaitOutcome alertableWait(HANDLE object, DWORD milliseconds) noexcept {
    return outcomeOf(::WaitForSingleObjectEx(object, milliseconds, TRUE), 1);
}

WaitOutcome alertableWait(std::span<const HANDLE> objects, bool all, DWORD milliseconds) noexcept {
    return outcomeOf(::WaitForMultipleObjectsEx(static_cast<DWORD>(objects.size()), objects.data(), all ? TRUE : FALSE,
                                                milliseconds, TRUE),
                     objects.size());
}

WaitOutcome alertableWaitForMessage(std::span<const HANDLE> objects, DWORD milliseconds) noexcept {
    return outcomeOf(::MsgWaitForMultipleObjectsEx(static_cast<DWORD>(objects.size()), objects.data(), milliseconds,
                                                   QS_ALLINPUT, MWMO_ALERTABLE | MWMO_INPUTAVAILABLE),
                     objects.size());
}

WaitOutcome signalAndAlertableWait(HANDLE signalled, HANDLE object, DWORD milliseconds) noexcept {
    return outcomeOf(::SignalObjectAndWait(signalled, object, milliseconds, TRUE), 1);
}

}  // namespace iocp4j::win32
