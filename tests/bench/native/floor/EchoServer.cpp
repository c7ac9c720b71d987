#include "EchoServer.h"

namespace iocp4j::bench {

void EchoServer::take(const OVERLAPPED_ENTRY& entry) {
    auto& connection = *static_cast<Connection*>(entry.lpOverlapped);
    connection.bytes = bytesOf(entry);
    if (hasFailed(entry) || (connection.step == Step::kRead && connection.bytes == 0)) {
        close(connection.handle);
        delete &connection;
        return;
    }
    if (connection.step == Step::kAccept) {
        accept();
        introduce(connection);
    }
    goOn(connection);
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
