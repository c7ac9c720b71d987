#include "engine/notify/Notifiers.h"

#include <mutex>
#include <optional>

#include "engine/notify/ApcNotifier.h"
#include "engine/notify/EventNotifier.h"
#include "engine/notify/HandleNotifier.h"
#include "engine/notify/ObjectWaits.h"

namespace iocp4j {

namespace {

class NotifiersOfPort final : public Notifiers {
public:
    NotifiersOfPort(Operations& operations, const std::wstring& portName)
        : operations_(operations),
          pumpName_(portName + L"-pump"),
          events_(operations),
          objects_(operations, portName + L"-waits") {}

    std::unique_ptr<Notifier> make(Mechanism mechanism, HANDLE handle) override {
        switch (mechanism) {
            case Mechanism::kApc:
                return std::make_unique<ApcNotifier>(pump(), events_, operations_);
            case Mechanism::kEvent:
                return std::make_unique<EventNotifier>(events_);
            case Mechanism::kHandle:
                return std::make_unique<HandleNotifier>(operations_, handle);
            case Mechanism::kCompletionPort:
                break;
        }
        return nullptr;
    }

    ObjectWaits& objectWaits() noexcept override { return objects_; }

private:
    ApcPump& pump() {
        const std::lock_guard lock{mutex_};
        return pump_ ? *pump_ : pump_.emplace(pumpName_);
    }

    Operations& operations_;
    const std::wstring pumpName_;
    EventWaits events_;
    ObjectWaits objects_;
    std::mutex mutex_;
    std::optional<ApcPump> pump_;
};

}  // namespace

std::unique_ptr<Notifiers> Notifiers::of(Operations& operations, const std::wstring& portName) {
    return std::make_unique<NotifiersOfPort>(operations, portName);
}

}  // namespace iocp4j
