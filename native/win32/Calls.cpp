#include "win32/Calls.h"

namespace iocp4j::win32 {

Calls calls;

}  // namespace iocp4j::win32
