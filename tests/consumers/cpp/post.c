/* Sends a packet through a port that this one thread drains. */
#include <iocp4j.h>
#include <stdio.h>

int main(void) {
    iocp4j_port_settings settings = {sizeof(settings)};
    iocp4j_key port = 0;
    iocp4j_key poller = 0;
    iocp4j_error error = iocp4j_open_port(&settings, &port);
    if (error == 0) {
        error = iocp4j_open_poller(port, &poller);
    }
    if (error == 0) {
        error = iocp4j_post(port, 1, 2, 3);
    }
    const iocp4j_record* records = NULL;
    uint32_t count = 0;
    if (error == 0) {
        error = iocp4j_poll(poller, 60000, &records, &count);
    }
    if (error != 0) {
        printf("failed: %lu\n", (unsigned long)error);
        return 1;
    }
    const int same = count == 1 && records[0].opcode == IOCP4J_POST && records[0].key == 1 && records[0].bytes == 2 &&
                     records[0].token == 3;
    iocp4j_delivered(poller);
    iocp4j_close_poller(poller);
    const int ended = iocp4j_close_port(port, 60000);
    printf("%s\n", same && ended ? "ok: the packet came as it was sent" : "failed: another packet, or none");
    return same && ended ? 0 : 1;
}
