#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "../fixtures/Simulation.h"
#include "Schedule.h"

namespace iocp4j::model {

constexpr std::uint32_t kHandlesClosed = 676;

// The progress of one plan.
struct Attempt {
    enum class Outcome : std::uint8_t { kNotTried, kTrying, kRefused, kAccepted, kInline };

    Request request;
    std::uint64_t token = 0;
    std::atomic<Outcome> outcome{Outcome::kNotTried};
    std::atomic<win32::ErrorCode> refusal{0};
    std::atomic<OperationId> id{0};
    std::atomic<std::chrono::steady_clock::rep> begun{0};
    std::atomic<bool> cancelTried{false};
    std::atomic<bool> cancelled{false};  // as far as the engine can
    std::atomic<int> unpins{0};
    std::atomic<int> deliveries{0};
    std::atomic<std::uint32_t> status{0};
    std::atomic<std::uint32_t> bytes{0};
    std::atomic<std::chrono::steady_clock::rep> delivered{0};
};

struct Pipe {
    std::atomic<Device::Key> key{0};
    std::atomic<HANDLE> handle{nullptr};
    std::atomic<bool> openTried{false};
    std::atomic<bool> cancelAllTried{false};
    std::atomic<bool> inlineTried{false};
    std::atomic<bool> closeTried{false};
    std::atomic<bool> endSeen{false};  // a close has reported the end
};

// The model's state in one run of one schedule, and the rules that hold in it.
class World {
public:
    World(std::uint64_t number, const Schedule& schedule, std::uint32_t operationCeiling)
        : attempts(schedule.plans.size()), number_(number), schedule_(schedule), operationCeiling_(operationCeiling) {
        for (std::size_t i = 0; i < attempts.size(); ++i) {
            const Plan& plan = schedule.plans[i];
            Request& request = attempts[i].request;
            request.answer = plan.answer;
            request.cancel = plan.cancel;
            request.status = plan.status;
            request.bytes = plan.bytes;
            request.error = plan.error;
            attempts[i].token = (number << 20) | i;
        }
    }

    const Schedule& schedule() const noexcept { return schedule_; }
    const Plan& planOf(const Attempt& attempt) const { return schedule_.plans[indexOf(attempt)]; }
    Pipe& pipeOf(const Attempt& attempt) { return pipes[planOf(attempt).pipe]; }

    std::size_t indexOf(const Attempt& attempt) const { return static_cast<std::size_t>(&attempt - attempts.data()); }

    // Returns nullptr for a token of another world.
    Attempt* find(std::uint64_t token) {
        const std::uint64_t index = token & 0xf'ffff;
        return token >> 20 == number_ && index < attempts.size() ? &attempts[index] : nullptr;
    }
    Attempt* findPin(const void* pin) {
        for (Attempt& attempt : attempts) {
            if (&attempt.request == pin) {
                return &attempt;
            }
        }
        return nullptr;
    }
    Pipe* findPipe(Device::Key key) {
        for (Pipe& pipe : pipes) {
            if (pipe.key == key) {
                return &pipe;
            }
        }
        return nullptr;
    }

    // Records the end of a device. The opening thread may see this before it knows the key.
    void noteEnd(Device::Key key) {
        const std::lock_guard lock{mutex_};
        ended_.push_back(key);
    }
    std::ptrdiff_t ends(Device::Key key) const {
        const std::lock_guard lock{mutex_};
        return std::count(ended_.begin(), ended_.end(), key);
    }

    void violate(const std::string& what) {
        const std::lock_guard lock{mutex_};
        if (violations_.size() < 20) {
            violations_.push_back(what);
        }
    }
    std::string violations() const {
        const std::lock_guard lock{mutex_};
        std::string all;
        for (const std::string& violation : violations_) {
            all += "\n  " + violation;
        }
        return all;
    }

    // All accepted operations have completed, and all devices have ended.
    bool quiescent() const {
        for (const Attempt& attempt : attempts) {
            if (attempt.outcome == Attempt::Outcome::kTrying ||
                (attempt.outcome == Attempt::Outcome::kAccepted && attempt.deliveries == 0)) {
                return false;
            }
        }
        for (const Pipe& pipe : pipes) {
            if (pipe.key != 0 && ends(pipe.key) == 0) {
                return false;
            }
        }
        return true;
    }

    // Ended by the packet of a call that has failed, because the first end of an operation counts.
    bool cameByStray(const Attempt& attempt) const {
        const Plan& plan = planOf(attempt);
        return !plan.isPost && plan.answer == Request::Answer::kFailsAndEnds && attempt.bytes == plan.bytes;
    }

    // Returns true if the kernel has a request that a cancel would end, although the engine should have cancelled it.
    bool waitsInVain(const test::SimulatedKernel& kernel) {
        if (schedule_.failingCancels > 0) {
            return false;
        }
        return std::any_of(attempts.begin(), attempts.end(), [&](const Attempt& attempt) {
            const Plan& plan = planOf(attempt);
            const bool overdue = schedule_.waitsForDeadlines && plan.timeout < Schedule::kLongTimeout;
            return (attempt.cancelled || overdue || pipeOf(attempt).closeTried || portCloseTried) &&
                   plan.cancel == Request::Cancel::kObeys && kernel.isPending(attempt.request);
        });
    }

    // Checks the result of a quiescent world.
    void judge() {
        for (Attempt& attempt : attempts) {
            switch (attempt.outcome) {
                case Attempt::Outcome::kNotTried:
                    expect(attempt, attempt.deliveries == 0 && attempt.unpins == 0, "completed without being started");
                    break;
                case Attempt::Outcome::kTrying:
                    expect(attempt, false, "is still being started");
                    break;
                case Attempt::Outcome::kRefused:
                    expect(attempt, attempt.deliveries == 0, "was refused and completed");
                    expect(attempt, attempt.unpins == 0, "was refused and unpinned");
                    expect(attempt, refusalIsAllowed(attempt), "was refused without a reason");
                    break;
                case Attempt::Outcome::kInline:
                    expect(attempt, attempt.deliveries == 0 && attempt.unpins == 0,
                           "completed inline and was delivered");
                    expect(attempt, inlineIsAllowed(attempt), "completed inline without permission");
                    break;
                case Attempt::Outcome::kAccepted:
                    expect(attempt, attempt.deliveries == 1, "was not delivered exactly once");
                    expect(attempt, attempt.unpins == (planOf(attempt).isPost ? 0 : 1),
                           "was not unpinned exactly once");
                    expect(attempt, statusIsAllowed(attempt), "has an impossible status or byte count");
                    break;
            }
        }
        for (const Pipe& pipe : pipes) {
            if (pipe.key != 0 && ends(pipe.key) != 1) {
                violate("a device did not end exactly once");
            }
        }
    }

    std::vector<Attempt> attempts;
    Pipe pipes[Schedule::kPipes];
    std::atomic<bool> portCloseTried{false};

private:
    bool refusalIsAllowed(const Attempt& attempt) {
        const win32::ErrorCode refusal = attempt.refusal;
        if (refusal == code(EngineError::kOperationLimit)) {
            return attempts.size() > operationCeiling_;
        }
        if (refusal == code(EngineError::kPortClosed)) {
            return portCloseTried;
        }
        const Pipe& pipe = pipeOf(attempt);
        return refusal == code(EngineError::kDeviceClosed) && (pipe.key == 0 || pipe.closeTried || portCloseTried);
    }

    bool inlineIsAllowed(const Attempt& attempt) {
        const Plan& plan = planOf(attempt);
        return pipeOf(attempt).inlineTried && !plan.isPost && plan.answer == Request::Answer::kSucceeds &&
               plan.status == test::kStatusOk && attempt.bytes == plan.bytes && (plan.bytes > 0 || plan.writes);
    }

    bool statusIsAllowed(const Attempt& attempt) {
        const Plan& plan = planOf(attempt);
        const std::uint32_t status = attempt.status;
        if (plan.isPost) {
            return status == ERROR_SUCCESS && attempt.bytes == plan.bytes;
        }
        if (plan.answer == Request::Answer::kFails || plan.answer == Request::Answer::kFailsAndPosts) {
            return status == plan.error && attempt.bytes == 0;
        }
        if (plan.answer == Request::Answer::kFailsAndEnds) {
            return cameByStray(attempt) ? status == win32::errorOfStatus(plan.status)
                                        : status == plan.error && attempt.bytes == 0;
        }
        if (attempt.bytes != attempt.request.endBytes) {
            return false;
        }
        if (attempt.request.endStatus != test::kStatusAborted) {
            return status == win32::errorOfStatus(attempt.request.endStatus);
        }
        const Pipe& pipe = pipeOf(attempt);
        switch (status) {
            case ERROR_OPERATION_ABORTED:
                return attempt.cancelTried || pipe.cancelAllTried;
            case ERROR_TIMEOUT:
                return plan.timeout != Operations::kForEver &&
                       std::chrono::steady_clock::duration{attempt.delivered - attempt.begun} >= plan.timeout;
            case kHandlesClosed:
                return pipe.closeTried || portCloseTried;
            default:
                return false;
        }
    }

    void expect(const Attempt& attempt, bool holds, const char* otherwise) {
        if (holds) {
            return;
        }
        const Plan& plan = planOf(attempt);
        const Pipe& pipe = pipes[plan.pipe];
        violate("operation " + std::to_string(indexOf(attempt)) + " " + otherwise + ": outcome " +
                std::to_string(static_cast<int>(attempt.outcome.load())) + ", refusal " +
                std::to_string(attempt.refusal) + ", deliveries " + std::to_string(attempt.deliveries) + ", unpins " +
                std::to_string(attempt.unpins) + ", status " + std::to_string(attempt.status) + ", bytes " +
                std::to_string(attempt.bytes) + "; kernel: status " + std::to_string(attempt.request.endStatus) +
                ", bytes " + std::to_string(attempt.request.endBytes) + "; plan: post " + std::to_string(plan.isPost) +
                ", answer " + std::to_string(static_cast<int>(plan.answer)) + ", cancel " +
                std::to_string(static_cast<int>(plan.cancel)) + ", timed " +
                std::to_string(plan.timeout != Operations::kForEver) + "; cancelled " +
                std::to_string(attempt.cancelTried || pipe.cancelAllTried) + ", closed " +
                std::to_string(pipe.closeTried) + ", pipe " + std::to_string(plan.pipe));
    }

    const std::uint64_t number_;
    const Schedule& schedule_;
    const std::uint32_t operationCeiling_;
    mutable std::mutex mutex_;
    std::vector<std::string> violations_;
    std::vector<Device::Key> ended_;
};

}  // namespace iocp4j::model
