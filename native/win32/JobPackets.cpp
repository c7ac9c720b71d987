#include "win32/JobPackets.h"

#include "win32/Calls.h"

namespace iocp4j::win32 {

ErrorCode postJobPackets(HANDLE job, HANDLE port, std::uint64_t key) noexcept {
    JOBOBJECT_ASSOCIATE_COMPLETION_PORT association{};
    association.CompletionKey = reinterpret_cast<PVOID>(key);
    association.CompletionPort = port;
    return outcome(
        ::SetInformationJobObject(job, JobObjectAssociateCompletionPortInformation, &association, sizeof association));
}

}  // namespace iocp4j::win32
