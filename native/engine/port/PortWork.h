#pragma once

#include <cstdint>

#include "engine/lifetime/Gate.h"

namespace iocp4j {

// Counts what keeps a closed port from its end: its devices, and posted packets until they are delivered.
class PortWork {
public:
    // Called when the last user has left after close(). The call may end the port.
    class Owner {
    public:
        virtual void onWorkDone() noexcept = 0;

    protected:
        ~Owner() = default;
    };

    explicit PortWork(Owner& owner) noexcept : owner_(owner) { gate_.open(kOnlyGeneration); }
    PortWork(const PortWork&) = delete;
    PortWork& operator=(const PortWork&) = delete;

    // Returns false after close().
    [[nodiscard]] bool enter() noexcept { return gate_.enter(kOnlyGeneration); }

    // May end the port, and this object with it.
    void leave() noexcept {
        if (gate_.leave()) {
            owner_.onWorkDone();
        }
    }

    // The caller must keep the port.
    void close() noexcept {
        if (gate_.close(kOnlyGeneration) == Gate::Closing::kEmpty) {
            owner_.onWorkDone();
        }
    }

    bool closed() const noexcept { return gate_.closed(); }

private:
    static constexpr std::uint32_t kOnlyGeneration = 1;

    Owner& owner_;
    Gate gate_;
};

}  // namespace iocp4j
