#include "engine/notify/ApcPump.h"

#include <condition_variable>
#include <future>
#include <mutex>
#include <system_error>

#include "win32/ThreadName.h"

namespace iocp4j {

namespace {

// A call that the pump makes for a thread which waits for the outcome.
class Request {
public:
    explicit Request(const std::function<Started()>& call) noexcept : call_(call) {}

    static void CALLBACK make(ULONG_PTR self) noexcept { reinterpret_cast<Request*>(self)->make(); }

    Started await() {
        std::unique_lock lock{mutex_};
        made_.wait(lock, [this] { return done_; });
        return outcome_;
    }

private:
    void make() noexcept {
        const Started outcome = call_();
        const std::lock_guard lock{mutex_};
        outcome_ = outcome;
        done_ = true;
        // Notify with the lock held, because the waiting thread destroys this object as soon as it wakes.
        made_.notify_one();
    }

    const std::function<Started()>& call_;
    std::mutex mutex_;
    std::condition_variable made_;
    Started outcome_ = Started::pending();
    bool done_ = false;
};

}  // namespace

ApcPump::ApcPump(const std::wstring& threadName) {
    std::promise<HANDLE> promise;
    auto itself = promise.get_future();
    thread_ = std::thread{[promise = std::move(promise), this, threadName]() mutable {
        win32::nameThread(threadName);
        const HANDLE handle = ::OpenThread(THREAD_SET_CONTEXT, FALSE, ::GetCurrentThreadId());
        leaving_ = handle == nullptr;
        promise.set_value(handle);
        pump();
    }};
    handle_ = win32::Handle{itself.get()};
    if (!handle_) {
        thread_.join();
        throw std::system_error{std::make_error_code(std::errc::resource_unavailable_try_again)};
    }
}

ApcPump::~ApcPump() {
    // APCs run in order, so that those already queued run first.
    while (!queue([](ULONG_PTR leaving) { *reinterpret_cast<bool*>(leaving) = true; }, &leaving_)) {
        ::Sleep(1);
    }
    thread_.join();
}

void ApcPump::pump() const noexcept {
    while (!leaving_) {
        ::SleepEx(INFINITE, TRUE);
    }
}

Started ApcPump::run(const std::function<Started()>& call) noexcept {
    Request request{call};
    if (!queue(&Request::make, &request)) {
        return Started::over(ERROR_NOT_ENOUGH_MEMORY);
    }
    return request.await();
}

bool ApcPump::queue(PAPCFUNC routine, void* argument) noexcept {
    return ::QueueUserAPC(routine, handle_.get(), reinterpret_cast<ULONG_PTR>(argument)) != 0;
}

}  // namespace iocp4j
