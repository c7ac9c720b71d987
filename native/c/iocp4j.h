/*
 * iocp4j for C and C++: the completion port that iocp4j.dll gives to Java, without a JVM.
 *
 * This is all that the DLL exports besides JNI's entry points. It is a C interface, so that the DLL and the program
 * that uses it may come from different compilers. iocp4j_abi() says when the header is too new for the library.
 *
 * Every call may be made from any thread, from a listener too. A call returns 0, a Win32 error code, or one of the
 * codes below that begin with IOCP4J_. Accepted, that is 0, means exactly one completion; refused means none. A Win32
 * call that fails at once is a completion as any other.
 */
#ifndef IOCP4J_H
#define IOCP4J_H

#include <stdint.h>
#include <wchar.h>

#if defined(IOCP4J_BUILDING)
#define IOCP4J_API __declspec(dllexport)
#elif defined(IOCP4J_STATIC)
#define IOCP4J_API
#else
#define IOCP4J_API __declspec(dllimport)
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* The version of this interface. It changes when a program that was built with an older one could no longer run. */
#define IOCP4J_ABI 1u

/* No deadline, or to wait for ever. */
#define IOCP4J_FOREVER UINT32_MAX

/* 0, a Win32 error code, or a refusal of the library's own. */
typedef uint32_t iocp4j_error;

#define IOCP4J_DEVICE_CLOSED 0x20000001u   /* no such device, or none any more */
#define IOCP4J_PORT_CLOSED 0x20000002u     /* no such port, or none any more */
#define IOCP4J_OPERATION_LIMIT 0x20000003u /* as many operations in flight as the port may have; try again later */
#define IOCP4J_DEVICE_LIMIT 0x20000004u    /* as many devices as a process may have */
#define IOCP4J_OUT_OF_MEMORY 0x20000006u   /* or of threads */
#define IOCP4J_WRONG_DEVICE 0x20000007u    /* a device of that kind cannot do this */
#define IOCP4J_POLLER_CLOSED 0x20000008u   /* no such poller, or none any more */
#define IOCP4J_POLLER_BUSY 0x20000009u     /* another thread polls with it, or its batch has not been given back */
#define IOCP4J_HAS_WORKERS 0x2000000au     /* a port with workers cannot be polled */
#define IOCP4J_PORT_LOST 0x2000000eu       /* other code has closed the port's handle: close it and open another one */

/* Ports, devices and pollers are named by keys. One that is stale is refused and never means another object. */
typedef uint64_t iocp4j_key;

/* One operation in flight, for iocp4j_cancel. */
typedef uint64_t iocp4j_operation;

enum iocp4j_opcode {
    IOCP4J_POST = 1,  /* iocp4j_post */
    IOCP4J_READ = 2,  /* iocp4j_read */
    IOCP4J_WRITE = 3, /* iocp4j_write */
    IOCP4J_ACCEPT = 4 /* a pipe server has a new connection: `key` names it, or the server if `status` is an error;
                         `token` is the server's */
};

enum iocp4j_kind {
    IOCP4J_NO_DEVICE = 0, /* of a posted packet */
    IOCP4J_PIPE_SERVER = 1,
    IOCP4J_PIPE = 2,
    IOCP4J_FILE = 3,
    IOCP4J_ADOPTED = 10 /* a handle that was passed or lent */
};

/* What came back of one operation. */
typedef struct iocp4j_record {
    uint64_t key;    /* of the device; of a posted packet what was given to iocp4j_post */
    uint64_t token;  /* what was given to the call that has started the operation */
    uint32_t bytes;  /* transferred, also when `status` is an error */
    uint32_t status; /* 0, or a Win32 error code: ERROR_TIMEOUT after its deadline,
                        ERROR_OPERATION_ABORTED after a cancel, 676 (ERROR_HANDLES_CLOSED, which not every SDK
                        has) when its device was closed */
    uint16_t opcode; /* enum iocp4j_opcode */
    uint16_t kind;   /* enum iocp4j_kind */
    uint32_t detail; /* of a pipe's accept the process at the other end; 1 of a socket's read of 0 bytes; else 0 */
} iocp4j_record;

/* Takes a batch of completions, on one of the port's workers; several workers at once, each with a batch of its own.
 * The records are there until it returns. It must not throw. */
typedef void (*iocp4j_listener)(void* context, const iocp4j_record* records, uint32_t count);

/* Nothing more is heard of the port: what its context points to is not used any more. */
typedef void (*iocp4j_ended)(void* context);

/* Zeros are the defaults. Set `size` to sizeof(iocp4j_port_settings). */
typedef struct iocp4j_port_settings {
    uint32_t size;
    uint32_t concurrency;     /* threads that run at the same time, 1,024 at most; default one for each processor */
    uint32_t workers;         /* threads, 1,024 at most; default 2 * processors + 2 */
    uint32_t batch;           /* records in a batch at most, up to 4,096; default 256 */
    uint32_t operations;      /* in flight at most, up to 16,777,216; default 65,536 */
    const wchar_t* name;      /* begins the names of its threads; default L"iocp4j" */
    iocp4j_listener listener; /* NULL for a port without workers, which iocp4j_poll drains */
    iocp4j_ended ended;       /* may be NULL; called once, on any thread */
    void* context;            /* given to both */
} iocp4j_port_settings;

/* Zeros are the defaults but for `name`. Set `size` to sizeof(iocp4j_pipe_server_settings). */
typedef struct iocp4j_pipe_server_settings {
    uint32_t size;
    uint32_t messages;      /* not 0: the pipe keeps messages apart */
    uint32_t in_buffer;     /* bytes, up to 16 MiB; default 65,536 */
    uint32_t out_buffer;    /* likewise */
    uint32_t max_instances; /* clients at the same time, up to 254; default any number */
    uint32_t listening;     /* instances that wait for clients, up to 1,024; default 4, or as many as there may be */
    uint32_t accept_remote; /* not 0: clients on other computers, too */
    const wchar_t* name;    /* L"\\\\.\\pipe\\..." */
    const wchar_t* sddl;    /* who may connect; default the current user, administrators and SYSTEM */
    uint64_t token;         /* in the record of each accept */
} iocp4j_pipe_server_settings;

/* Of the DLL. A program runs with it if iocp4j_abi() == IOCP4J_ABI. The version is that of iocp4j, as in "0.1.0". */
IOCP4J_API uint32_t iocp4j_abi(void);
IOCP4J_API const char* iocp4j_version(void);

/* Opens a port and starts its workers (CreateIoCompletionPort). */
IOCP4J_API iocp4j_error iocp4j_open_port(const iocp4j_port_settings* settings, iocp4j_key* port);

/* Closes a port with all of its devices: operations in flight are cancelled, and complete. Returns 1 when
 * that is done, 0 when it has taken longer than so many milliseconds and goes on. On a worker it never waits. Poll a
 * port without workers until that is refused with IOCP4J_PORT_CLOSED. */
IOCP4J_API int iocp4j_close_port(iocp4j_key port, uint32_t milliseconds);

/* Sends a packet through the port (PostQueuedCompletionStatus): its record has these three numbers. */
IOCP4J_API iocp4j_error iocp4j_post(iocp4j_key port, uint64_t key, uint32_t bytes, uint64_t token);

/* For a port without workers: a poller is for one thread at a time. */
IOCP4J_API iocp4j_error iocp4j_open_poller(iocp4j_key port, iocp4j_key* poller);

/* Waits so many milliseconds for completions (GetQueuedCompletionStatusEx). `count` is 0 when the time is up or
 * iocp4j_wake_up has been called; else iocp4j_delivered must follow, until when the records are there. */
IOCP4J_API iocp4j_error iocp4j_poll(iocp4j_key poller, uint32_t milliseconds, const iocp4j_record** records,
                                    uint32_t* count);
IOCP4J_API void iocp4j_delivered(iocp4j_key poller);
IOCP4J_API void iocp4j_close_poller(iocp4j_key poller);

/* Lets one poll of that port return, that waits now or comes next. */
IOCP4J_API void iocp4j_wake_up(iocp4j_key port);

/* Makes a pipe and accepts clients: each comes as a completion with the opcode IOCP4J_ACCEPT (CreateNamedPipeW,
 * ConnectNamedPipe). Closing the server leaves its connections open. */
IOCP4J_API iocp4j_error iocp4j_serve_pipe(iocp4j_key port, const iocp4j_pipe_server_settings* settings,
                                          iocp4j_key* server);

/* Connects to a pipe, named as in L"\\\\.\\pipe\\..." or L"\\\\HOST\\pipe\\...", blocking while all of its instances
 * are busy, for so many milliseconds, during which a busy pipe may also be missing. `messages`, not 0: reads end where
 * messages do. */
IOCP4J_API iocp4j_error iocp4j_connect_pipe(iocp4j_key port, const wchar_t* name, int messages, uint32_t milliseconds,
                                            iocp4j_key* pipe);

/* Opens a file on a disk. The last four are those of CreateFileW; FILE_FLAG_OVERLAPPED comes with all. */
IOCP4J_API iocp4j_error iocp4j_open_file(iocp4j_key port, const wchar_t* path, uint32_t access, uint32_t share,
                                         uint32_t disposition, uint32_t flags, iocp4j_key* file);

/* Registers a handle that was opened with FILE_FLAG_OVERLAPPED. `own`, not 0: the device closes it; on failure the
 * handle is as it was. */
IOCP4J_API iocp4j_error iocp4j_adopt(iocp4j_key port, void* handle, int own, iocp4j_key* device);

/* Starts a read or a write (ReadFile, WriteFile). The buffer must stay where it is until the completion has come. The
 * position counts for files; UINT64_MAX appends. After so many milliseconds the operation is cancelled. `operation` may
 * be NULL. */
IOCP4J_API iocp4j_error iocp4j_read(iocp4j_key device, void* buffer, uint32_t length, uint64_t position, uint64_t token,
                                    uint32_t milliseconds, iocp4j_operation* operation);
IOCP4J_API iocp4j_error iocp4j_write(iocp4j_key device, const void* buffer, uint32_t length, uint64_t position,
                                     uint64_t token, uint32_t milliseconds, iocp4j_operation* operation);

/* Asks Windows to cancel one operation (CancelIoEx). Its completion comes none the less. Returns 0 when it is over. */
IOCP4J_API int iocp4j_cancel(iocp4j_key device, iocp4j_operation operation);

/* Closes a device: its operations are cancelled, and when they have completed its handle is closed.
 * Returns as iocp4j_close_port does. */
IOCP4J_API int iocp4j_close(iocp4j_key device, uint32_t milliseconds);

#ifdef __cplusplus
}
#endif

#endif
