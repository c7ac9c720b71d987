#include "engine/notify/ObjectWaits.h"

#include <algorithm>
#include <array>
#include <thread>
#include <utility>

#include "engine/operation/Operations.h"
#include "win32/Decimal.h"
#include "win32/Handle.h"
#include "win32/ThreadName.h"

namespace iocp4j {

class ObjectWaits::Waiter {
public:
    // One waiting operation. Only the waiter's thread ends it.
    struct Wait {
        Waiter* waiter = nullptr;
        Operation* operation = nullptr;  // nullptr when the entry is free
        Owner* owner = nullptr;
        HANDLE object = nullptr;
        void* buffer = nullptr;
        std::uint32_t length = 0;
        bool cancelled = false;
    };

    Waiter(ObjectWaits& waits, const std::wstring& name) : waits_(waits) {
        if (!wake_) {
            throw std::bad_alloc{};
        }
        thread_ = std::thread{[this, name] {
            win32::nameThread(name);
            run();
        }};
    }
    Waiter(const Waiter&) = delete;
    Waiter& operator=(const Waiter&) = delete;
    ~Waiter() {
        {
            const std::lock_guard lock{waits_.mutex_};
            ending_ = true;
        }
        wake();
        thread_.join();
    }

    // The caller of add(), cancel() and cancelAll() holds the lock.
    bool add(const Wait& wait) noexcept {
        for (Wait& place : waiting_) {
            if (place.operation == nullptr) {
                place = wait;
                place.waiter = this;
                place.operation->hEvent = &place;
                wake();
                return true;
            }
        }
        return false;
    }

    void cancel(Wait& wait) noexcept {
        wait.cancelled = true;
        wake();
    }

    void cancelAll(const Owner& owner) noexcept {
        for (Wait& wait : waiting_) {
            if (wait.operation != nullptr && wait.owner == &owner) {
                cancel(wait);
            }
        }
    }

private:
    static constexpr std::size_t kMost = MAXIMUM_WAIT_OBJECTS - 1;

    void wake() noexcept { ::SetEvent(wake_.get()); }

    void run() noexcept {
        while (gather()) {
            const DWORD outcome = ::WaitForMultipleObjects(count_, objects_.data(), FALSE, INFINITE);
            const DWORD index = outcome - WAIT_OBJECT_0;
            if (outcome == WAIT_FAILED) {
                endWhatFails();
            } else if (index > 0 && index < count_) {
                look(*gathered_[index]);
            }
        }
    }

    // Collects the objects of the next wait. Returns false when the thread must end.
    bool gather() noexcept {
        std::array<Operation*, kMost> cancelled;
        std::size_t cancelledCount = 0;
        bool ending = false;
        {
            const std::lock_guard lock{waits_.mutex_};
            objects_[0] = wake_.get();
            count_ = 1;
            // WaitForMultipleObjects returns the lowest signalled index, so each wait comes first in its turn.
            first_ = (first_ + 1) % kMost;
            for (std::size_t i = 0; i < kMost; ++i) {
                Wait& wait = waiting_[(first_ + i) % kMost];
                if (wait.cancelled) {
                    cancelled[cancelledCount++] = free(wait);
                } else if (wait.operation != nullptr && !isWaitedFor(wait.object)) {
                    objects_[count_] = wait.object;
                    gathered_[count_++] = &wait;
                }
            }
            ending = ending_;
        }
        for (std::size_t i = 0; i < cancelledCount; ++i) {
            waits_.operations_.postCompletion(*cancelled[i], ERROR_OPERATION_ABORTED, 0);
        }
        return !ending;
    }

    // WaitForMultipleObjects accepts no handle twice. A second wait for the same handle has its turn later.
    bool isWaitedFor(HANDLE object) const noexcept {
        return std::find(objects_.begin(), objects_.begin() + count_, object) != objects_.begin() + count_;
    }

    static Operation* free(Wait& wait) noexcept {
        wait.cancelled = false;
        return std::exchange(wait.operation, nullptr);
    }

    // WaitForMultipleObjects has consumed the object's signal. Therefore the signal counts even if the wait is
    // cancelled now.
    void look(Wait& wait) noexcept {
        if (const auto outcome = wait.owner->signalled(wait.buffer, wait.length)) {
            end(wait, *outcome);
        }
    }

    void end(Wait& wait, const Outcome& outcome) noexcept {
        Operation* operation = nullptr;
        {
            const std::lock_guard lock{waits_.mutex_};
            operation = free(wait);
        }
        waits_.operations_.postCompletion(*operation, outcome.error, outcome.bytes);
    }

    // WaitForMultipleObjects does not say for which handle it has failed.
    void endWhatFails() noexcept {
        for (DWORD i = 1; i < count_; ++i) {
            switch (::WaitForSingleObject(objects_[i], 0)) {
                case WAIT_OBJECT_0:
                    look(*gathered_[i]);
                    break;
                case WAIT_FAILED:
                    end(*gathered_[i], {::GetLastError(), 0});
                    break;
                default:
                    break;
            }
        }
    }

    ObjectWaits& waits_;
    const win32::Handle wake_{::CreateEventW(nullptr, FALSE, FALSE, nullptr)};
    std::array<Wait, kMost> waiting_{};
    bool ending_ = false;

    // Used only by the thread: the objects of its wait, and their entries.
    std::array<HANDLE, MAXIMUM_WAIT_OBJECTS> objects_{};
    std::array<Wait*, MAXIMUM_WAIT_OBJECTS> gathered_{};
    DWORD count_ = 0;
    std::size_t first_ = 0;

    std::thread thread_;  // last, so that all other members exist when it starts
};

ObjectWaits::ObjectWaits(Operations& operations, std::wstring threadName)
    : operations_(operations), threadName_(std::move(threadName)) {}

ObjectWaits::~ObjectWaits() = default;

Started ObjectWaits::start(Operation& operation, Owner& owner, HANDLE object, void* buffer,
                           std::uint32_t length) noexcept {
    const Waiter::Wait wait{nullptr, &operation, &owner, object, buffer, length};
    const std::lock_guard lock{mutex_};
    for (const auto& waiter : waiters_) {
        if (waiter->add(wait)) {
            return Started::pending();
        }
    }
    try {
        // Reserve room first, because the destructor of a waiter takes the lock.
        waiters_.reserve(waiters_.size() + 1);
        waiters_.push_back(std::make_unique<Waiter>(*this, threadName_ + L"-" + win32::decimal(waiters_.size())));
    } catch (const std::exception&) {
        return Started::over(ERROR_NOT_ENOUGH_MEMORY);
    }
    (void)waiters_.back()->add(wait);
    return Started::pending();
}

bool ObjectWaits::cancel(Operation& operation) noexcept {
    auto* wait = static_cast<Waiter::Wait*>(operation.hEvent);
    const std::lock_guard lock{mutex_};
    if (wait == nullptr || wait->operation != &operation) {
        return false;
    }
    wait->waiter->cancel(*wait);
    return true;
}

void ObjectWaits::cancelAll(const Owner& owner) noexcept {
    const std::lock_guard lock{mutex_};
    for (const auto& waiter : waiters_) {
        waiter->cancelAll(owner);
    }
}

}  // namespace iocp4j
