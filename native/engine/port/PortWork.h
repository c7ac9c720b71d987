#pragma once

#include <cstdint>

#include "engine/lifetime/Gate.h"

namespace iocp4j {

// What keeps a port from its end: its devices, and packets posted to it until they have been delivered.
class PortWork {
public:
    // Who is called when the last of that is gone after close(). The port may end before the call returns.
    class Owner {
    public:
        virtual void onWorkDone() noexcept = 0;

    protected:
        ~Owner() = default;
    };

    explicit PortWork(Owner& owner) noexcept : owner_(owner) { gate_.open(kOnlyGeneration); }
    PortWork(const PortWork&) = delete;
    PortWork& operator=(const PortWork&) = delete;

    // False after close().
    [[nodiscard]] bool enter() noexcept { return gate_.enter(kOnlyGeneration); }

    // The port may be gone when this returns.
    void leave() noexcept {
        if (gate_.leave()) {
            owner_.onWorkDone();
        }
    }

    // The caller keeps the port.
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
