#include "EchoServer.h"

#include <cstdio>

namespace iocp4j::bench {

void EchoServer::loop() {
    try {
        for (;;) {
            for (const OVERLAPPED_ENTRY& entry : port_.dequeue()) {
                auto& connection = *static_cast<Connection*>(entry.lpOverlapped);
                connection.bytes = bytesOf(entry);
                if (hasFailed(entry) || (connection.step == Step::kRead && connection.bytes == 0)) {
                    close(connection.handle);
                    delete &connection;
                    continue;
                }
                if (connection.step == Step::kAccept) {
                    accept();
                    introduce(connection);
                }
                goOn(connection);
            }
        }
    } catch (const CallFailed& failed) {
        std::fprintf(stderr, "floor: %s\n", failed.what());
        ::ExitProcess(1);
    }
}

void EchoServer::goOn(Connection& connection) {
    for (;;) {
        const bool toWrite = connection.step == Step::kRead;
        connection.step = toWrite ? Step::kWrite : Step::kRead;
        static_cast<OVERLAPPED&>(connection) = OVERLAPPED{};
        switch (toWrite ? write(connection) : read(connection)) {
            case Outcome::kPacketFollows:
                return;
            case Outcome::kDone:
                connection.bytes = static_cast<DWORD>(connection.InternalHigh);
                if (connection.bytes > 0) {
                    break;
                }
                [[fallthrough]];
            case Outcome::kFailed:
                close(connection.handle);
                delete &connection;
                return;
        }
    }
}

}  // namespace iocp4j::bench
