#include "devices/pipe/PipeWaits.h"

#include <windows.h>

#include <algorithm>
#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <new>
#include <utility>

#include "win32/Calls.h"
#include "win32/Handle.h"

namespace iocp4j {

namespace {

// The longest wait in the kernel. Bounded, because a wait continues when its pipe disappears, and because not every
// system cancels it.
constexpr DWORD kKernelWait = 250;
// The longest time without a look at the kernel's wait.
constexpr DWORD kLongestPause = 2 * kKernelWait;
// The pause before another attempt when no event announces an instance: doubles with each attempt.
constexpr DWORD kFirstPause = 1;
constexpr DWORD kLastPause = 20;
// Attempts in a row at which another process has opened the free instance first.
constexpr int kRaces = 16;

// The folder of a pipe with the separator, and its name there.
std::pair<std::wstring, std::wstring> split(const std::wstring& path) {
    constexpr std::wstring_view kHost = L"\\\\";
    const std::size_t host = path.starts_with(kHost) ? path.find(L'\\', kHost.size()) : std::wstring::npos;
    const std::size_t folder = host == std::wstring::npos ? host : path.find(L'\\', host + 1);
    if (folder == std::wstring::npos) {
        return {};
    }
    return {path.substr(0, folder + 1), path.substr(folder + 1)};
}

}  // namespace

// The waiters of one pipe. It exists while it has waiters or a wait in the kernel. Only its callback makes attempts,
// on one thread at a time, because the callback is set again as its last action.
class PipeWaits::Queue {
public:
    // May throw std::bad_alloc.
    explicit Queue(const std::wstring& path)
        : path_(path),
          place_(split(path)),
          wait_(event_ ? ::CreateThreadpoolWait(&Queue::called, this, nullptr) : nullptr) {
        if (wait_ == nullptr) {
            throw std::bad_alloc{};
        }
        request_.hEvent = event_.get();
    }
    Queue(const Queue&) = delete;
    Queue& operator=(const Queue&) = delete;
    // May run in the callback.
    ~Queue() { ::CloseThreadpoolWait(wait_); }

    // The following functions require the lock.

    bool isBusy() const noexcept { return first_ != nullptr && busy_; }

    void append(Waiter& waiter) noexcept {
        const bool idle = first_ == nullptr;
        waiter.queue_ = this;
        waiter.cancelled_ = false;
        waiter.previous_ = last_;
        waiter.next_ = nullptr;
        (idle ? first_ : last_->next_) = &waiter;
        last_ = &waiter;
        if (idle) {
            ::SetEvent(event_.get());
        }
    }

    void remove(Waiter& waiter) noexcept {
        (waiter.previous_ != nullptr ? waiter.previous_->next_ : first_) = waiter.next_;
        (waiter.next_ != nullptr ? waiter.next_->previous_ : last_) = waiter.previous_;
        waiter.queue_ = nullptr;
        if (first_ == nullptr) {
            ::SetEvent(event_.get());
        }
    }

    bool isTrying(const Waiter& waiter) const noexcept { return trying_ == &waiter; }

    // Sets the callback for the first time.
    void begin() noexcept { ::SetThreadpoolWait(wait_, event_.get(), nullptr); }

private:
    enum class Outcome { kNobodyWaits, kBusy, kMissing };
    enum class Answer { kFollows, kFree, kNone };

    static void CALLBACK called(PTP_CALLBACK_INSTANCE, void* self, PTP_WAIT, TP_WAIT_RESULT) noexcept {
        static_cast<Queue*>(self)->run();
    }

    void run() noexcept;
    Outcome attempts() noexcept;
    Answer ask() noexcept;
    bool end() noexcept;

    // Waits for the event or the timeout. Call this last, because the callback may begin at once, on another thread,
    // and end this object.
    void waitFor(DWORD milliseconds) noexcept {
        constexpr LONGLONG kUnitsOfMillisecond = 10'000;
        ULARGE_INTEGER relative;
        relative.QuadPart = static_cast<ULONGLONG>(-kUnitsOfMillisecond * static_cast<LONGLONG>(milliseconds));
        FILETIME due{relative.LowPart, relative.HighPart};
        ::SetThreadpoolWait(wait_, event_.get(), &due);
    }

    const std::wstring path_;
    const std::pair<std::wstring, std::wstring> place_;  // folder and name
    // Set by the kernel's wait, and when the first waiter has come or the last one has gone.
    const win32::Handle event_{::CreateEventW(nullptr, TRUE, FALSE, nullptr)};
    const PTP_WAIT wait_;

    // Used by the callback.
    win32::Handle folder_;
    OVERLAPPED request_{};  // of the kernel's wait
    bool asking_ = false;   // the kernel uses the request
    DWORD pause_ = kFirstPause;

    // Guarded by the lock.
    Waiter* first_ = nullptr;
    Waiter* last_ = nullptr;
    Waiter* trying_ = nullptr;  // the first one, during its attempt
    bool busy_ = true;          // when the first one has tried; otherwise the pipe was missing
};

// All queues of the process. Never destroyed, because a callback may still run while the process exits.
struct PipeWaits::All {
    std::mutex mutex;  // the lock
    std::map<std::wstring, std::unique_ptr<Queue>> byPath;

    static All& get() noexcept {
        static auto& all = *new All;
        return all;
    }
};

void PipeWaits::Queue::run() noexcept {
    // In this order, so that the end of the kernel's wait is either seen here or sets the event again. Some systems set
    // the event before they write the status; then the pause below ends soon.
    ::ResetEvent(event_.get());
    asking_ = asking_ && std::atomic_ref{request_.Internal}.load(std::memory_order_acquire) == STATUS_PENDING;
    for (int races = 0;; ++races) {
        const Outcome outcome = attempts();
        if (outcome == Outcome::kNobodyWaits) {
            if (asking_) {
                win32::calls.cancelIoEx(folder_.get(), &request_);
                break;
            }
            if (end()) {
                return;
            }
            continue;
        }
        if (outcome == Outcome::kMissing || asking_ || races == kRaces) {
            break;
        }
        const Answer answer = ask();
        if (answer == Answer::kFollows) {
            pause_ = kFirstPause;
            waitFor(kLongestPause);
            return;
        }
        if (answer == Answer::kNone) {
            break;
        }
    }
    const DWORD pause = pause_;
    pause_ = std::min(2 * pause_, kLastPause);
    waitFor(pause);
}

// Lets the waiters try in order, until one must wait.
PipeWaits::Queue::Outcome PipeWaits::Queue::attempts() noexcept {
    std::mutex& mutex = All::get().mutex;
    for (;;) {
        Waiter* waiter = nullptr;
        {
            const std::lock_guard lock{mutex};
            waiter = trying_ = first_;
        }
        if (waiter == nullptr) {
            return Outcome::kNobodyWaits;
        }
        const Waiter::Attempt attempt = waiter->attempt();
        {
            const std::lock_guard lock{mutex};
            trying_ = nullptr;
            busy_ = attempt.error != ERROR_FILE_NOT_FOUND;
            if (attempt.waits && !waiter->cancelled_) {
                return busy_ ? Outcome::kBusy : Outcome::kMissing;
            }
            remove(*waiter);
        }
        waiter->onWaitEnded(attempt.waits ? ERROR_OPERATION_ABORTED : attempt.error);
        pause_ = kFirstPause;
    }
}

// Starts a wait in the kernel.
PipeWaits::Queue::Answer PipeWaits::Queue::ask() noexcept {
    if (!folder_) {
        folder_ = win32::Handle{win32::calls.createFile(place_.first.c_str(), FILE_READ_ATTRIBUTES | SYNCHRONIZE,
                                                        FILE_SHARE_READ | FILE_SHARE_WRITE, nullptr, OPEN_EXISTING,
                                                        FILE_FLAG_OVERLAPPED, nullptr)};
        if (!folder_) {
            return Answer::kNone;
        }
    }
    if (win32::calls.startPipeWait(folder_.get(), place_.second.c_str(), kKernelWait, &request_)) {
        return Answer::kFree;
    }
    asking_ = ::GetLastError() == ERROR_IO_PENDING;
    return asking_ ? Answer::kFollows : Answer::kNone;
}

// Ends this object, unless a waiter has come.
bool PipeWaits::Queue::end() noexcept {
    std::unique_ptr<Queue> self;
    All& all = All::get();
    const std::lock_guard lock{all.mutex};
    if (first_ != nullptr) {
        return false;
    }
    const auto found = all.byPath.find(path_);
    self = std::move(found->second);
    all.byPath.erase(found);
    return true;
}

bool PipeWaits::isBusy(const std::wstring& path) noexcept {
    All& all = All::get();
    const std::lock_guard lock{all.mutex};
    const auto found = all.byPath.find(path);
    return found != all.byPath.end() && found->second->isBusy();
}

bool PipeWaits::start(Waiter& waiter, const std::wstring& path) noexcept {
    All& all = All::get();
    const std::lock_guard lock{all.mutex};
    auto found = all.byPath.find(path);
    if (found == all.byPath.end()) {
        try {
            auto made = std::make_unique<Queue>(path);
            found = all.byPath.emplace(path, std::move(made)).first;
        } catch (const std::bad_alloc&) {
            return false;
        }
        found->second->begin();
    }
    found->second->append(waiter);
    return true;
}

bool PipeWaits::cancel(Waiter& waiter) noexcept {
    {
        const std::lock_guard lock{All::get().mutex};
        Queue* const queue = waiter.queue_;
        if (queue == nullptr) {
            return false;
        }
        if (queue->isTrying(waiter)) {
            waiter.cancelled_ = true;
            return true;
        }
        queue->remove(waiter);
    }
    waiter.onWaitEnded(ERROR_OPERATION_ABORTED);
    return true;
}

}  // namespace iocp4j
