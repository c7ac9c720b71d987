#include "engine/notify/CompletionRoutine.h"

#include "engine/operation/Operations.h"

namespace iocp4j {

namespace {

// The result is already in the OVERLAPPED, from which claim() reads it. ApcNotifier has stored the Operations in
// hEvent.
void postCompletion(OVERLAPPED* overlapped) noexcept {
    auto& operation = static_cast<Operation&>(*overlapped);
    static_cast<Operations*>(operation.hEvent)->postCompletion(operation);
}

}  // namespace

void CALLBACK fileRoutine(DWORD, DWORD, OVERLAPPED* overlapped) noexcept { postCompletion(overlapped); }

void CALLBACK socketRoutine(DWORD, DWORD, OVERLAPPED* overlapped, DWORD) noexcept { postCompletion(overlapped); }

Started startedWithRoutine(BOOL result) noexcept {
    const DWORD error = result ? ERROR_SUCCESS : ::GetLastError();
    return error == ERROR_SUCCESS || error == ERROR_MORE_DATA || error == ERROR_IO_PENDING ? Started::pending()
                                                                                           : Started::over(error);
}

}  // namespace iocp4j
