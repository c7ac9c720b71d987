#pragma once

namespace iocp4j::win32 {

// Keeps the module of this code in memory until the process ends. A worker that destroys its own port runs a few more
// instructions after it has reported the port's end, and callbacks of the thread pool and APCs may be queued. The
// module must not be unmapped meanwhile: the JVM would do so when it unloads a class loader, and a C program by
// FreeLibrary.
void stayLoaded() noexcept;

}  // namespace iocp4j::win32
