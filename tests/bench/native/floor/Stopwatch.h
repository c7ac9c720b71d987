#pragma once

#include <windows.h>

#include <chrono>

#include "Workload.h"

namespace iocp4j::bench {

// Measures a run and decides when it ends. isOver() reads the coarse clock, because the exact one costs too much for
// each operation.
class Stopwatch {
public:
    explicit Stopwatch(std::chrono::milliseconds length)
        : end_(::GetTickCount64() + static_cast<ULONGLONG>(length.count())) {}

    bool isOver() const noexcept { return ::GetTickCount64() >= end_; }

    Run stop(std::uint64_t operations) const {
        return {operations, std::chrono::duration<double>(std::chrono::steady_clock::now() - begin_).count()};
    }

private:
    const std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
    const ULONGLONG end_;
};

}  // namespace iocp4j::bench
