/* Loads the DLL, opens a port, and unloads the DLL as soon as the port has ended, while its workers end. */
#include <windows.h>

#include <iocp4j.h>
#include <stdio.h>

typedef iocp4j_error (*open_port)(const iocp4j_port_settings* settings, iocp4j_key* port);
typedef int (*close_port)(iocp4j_key port, uint32_t milliseconds);

static volatile LONG ends = 0;

static void on_end(void* context) {
    (void)context;
    InterlockedIncrement(&ends);
}

static void on_completions(void* context, const iocp4j_record* records, uint32_t count) {
    (void)context;
    (void)records;
    (void)count;
}

int main(void) {
    for (LONG round = 1; round <= 30; ++round) {
        const HMODULE dll = LoadLibraryA("iocp4j.dll");
        const open_port open = (open_port)(void*)GetProcAddress(dll, "iocp4j_open_port");
        const close_port close = (close_port)(void*)GetProcAddress(dll, "iocp4j_close_port");
        iocp4j_port_settings settings = {sizeof(settings)};
        settings.workers = 8;
        settings.listener = &on_completions;
        settings.ended = &on_end;
        iocp4j_key port = 0;
        if (open == NULL || close == NULL || open(&settings, &port) != 0) {
            printf("failed: there is no port\n");
            return 1;
        }
        close(port, 0);
        while (ends < round) {
            Sleep(0);
        }
        FreeLibrary(dll);
    }
    printf("ok: the workers have ended in a DLL that was there\n");
    return 0;
}
