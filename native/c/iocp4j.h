/*
 * iocp4j for C and C++: the completion port of iocp4j.dll without a JVM.
 *
 * The DLL exports only these functions and the entry points of JNI. The interface is C, so that different compilers can
 * build the DLL and the program. Compare iocp4j_abi() with IOCP4J_ABI to check that the two fit together.
 *
 * Any thread may make any call, also in a listener. A call returns 0, a Win32 error code, or an IOCP4J_ code below.
 * If the call that starts an operation returns 0, exactly one completion follows; otherwise none. A Win32 call that
 * fails at once is a completion like any other.
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

/* The version of this interface. It changes when a program that was built with an older one can no longer run. */
#define IOCP4J_ABI 1u

/* No deadline, or an infinite wait. */
#define IOCP4J_FOREVER UINT32_MAX

/* 0, a Win32 error code, or an IOCP4J_ code. */
typedef uint32_t iocp4j_error;

#define IOCP4J_DEVICE_CLOSED 0x20000001u   /* no open device has this key */
#define IOCP4J_PORT_CLOSED 0x20000002u     /* no open port has this key */
#define IOCP4J_OPERATION_LIMIT 0x20000003u /* too many operations in flight on the port; try again later */
#define IOCP4J_DEVICE_LIMIT 0x20000004u    /* too many devices in the process */
#define IOCP4J_OUT_OF_MEMORY 0x20000006u   /* out of memory or threads */
#define IOCP4J_WRONG_DEVICE 0x20000007u    /* not possible with this kind of device */
#define IOCP4J_POLLER_CLOSED 0x20000008u   /* no open poller has this key */
#define IOCP4J_POLLER_BUSY 0x20000009u     /* another thread polls, or iocp4j_delivered is missing */
#define IOCP4J_HAS_WORKERS 0x2000000au     /* a port with workers cannot be polled */
#define IOCP4J_PORT_LOST 0x2000000eu       /* other code has closed the port's handle: open another port */

/* Identifies a port, a device or a poller. A stale key is refused, and never identifies another object. */
typedef uint64_t iocp4j_key;

/* Identifies an operation in flight, for iocp4j_cancel. */
typedef uint64_t iocp4j_operation;

enum iocp4j_opcode {
    IOCP4J_POST = 1,  /* iocp4j_post */
    IOCP4J_READ = 2,  /* iocp4j_read */
    IOCP4J_WRITE = 3, /* iocp4j_write */
    IOCP4J_ACCEPT = 4 /* a pipe server has a new connection: `key` is that of the connection, or of the server if
                         `status` is an error; `token` is that of the server */
};

enum iocp4j_kind {
    IOCP4J_NO_DEVICE = 0, /* a posted packet */
    IOCP4J_PIPE_SERVER = 1,
    IOCP4J_PIPE = 2,
    IOCP4J_FILE = 3,
    IOCP4J_ADOPTED = 10 /* see iocp4j_adopt */
};

/* One completion. */
typedef struct iocp4j_record {
    uint64_t key;    /* of the device; for a posted packet the argument of iocp4j_post */
    uint64_t token;  /* argument of the call that has started the operation */
    uint32_t bytes;  /* transferred, also when `status` is an error */
    uint32_t status; /* 0, or a Win32 error code: ERROR_TIMEOUT after the deadline,
                        ERROR_OPERATION_ABORTED after a cancel, 676 (ERROR_HANDLES_CLOSED, which some SDKs
                        lack) after the close of the device */
    uint16_t opcode; /* enum iocp4j_opcode */
    uint16_t kind;   /* enum iocp4j_kind */
    uint32_t detail; /* for a pipe's accept the client's process id; 1 for a socket's read of 0 bytes; otherwise 0 */
} iocp4j_record;

/* Called with a batch of completions on a worker of the port. Several workers may call it at once, each with its own
 * batch. The records are valid until it returns. It must not throw. */
typedef void (*iocp4j_listener)(void* context, const iocp4j_record* records, uint32_t count);

/* Called when the port has ended. The port no longer uses `context`. */
typedef void (*iocp4j_ended)(void* context);

/* 0 selects the default. Set `size` to sizeof(iocp4j_port_settings). */
typedef struct iocp4j_port_settings {
    uint32_t size;
    uint32_t concurrency;     /* threads that run at the same time, up to 1,024; default one per processor that
                                 the affinity of the process allows */
    uint32_t workers;         /* threads, up to 1,024; default 2 * these processors + 2 */
    uint32_t batch;           /* largest number of records in a batch, up to 4,096; default 256 */
    uint32_t operations;      /* largest number in flight, up to 16,777,216; default 65,536 */
    const wchar_t* name;      /* prefix of the names of its threads; default L"iocp4j" */
    iocp4j_listener listener; /* NULL for a port without workers, for iocp4j_poll */
    iocp4j_ended ended;       /* may be NULL; called once, on any thread */
    void* context;            /* argument of both */
} iocp4j_port_settings;

/* 0 selects the default, except for `name`. Set `size` to sizeof(iocp4j_pipe_server_settings). */
typedef struct iocp4j_pipe_server_settings {
    uint32_t size;
    uint32_t messages;      /* not 0: a pipe of type message */
    uint32_t in_buffer;     /* in bytes, up to 16 MiB; default 65,536 */
    uint32_t out_buffer;    /* the same */
    uint32_t max_instances; /* clients at the same time, up to 254; default unlimited */
    uint32_t listening;     /* instances that wait for clients, up to 1,024; default 4, for a while 256 after
                               clients have taken half at once, but never more than max_instances */
    uint32_t accept_remote; /* not 0: also clients on other computers */
    const wchar_t* name;    /* L"\\\\.\\pipe\\..." */
    const wchar_t* sddl;    /* who may connect; default: the current user, administrators and SYSTEM */
    uint64_t token;         /* for the record of each accept */
} iocp4j_pipe_server_settings;

/* The DLL's interface, which must equal IOCP4J_ABI, and the version of iocp4j, such as "0.1.0". */
IOCP4J_API uint32_t iocp4j_abi(void);
IOCP4J_API const char* iocp4j_version(void);

/* Opens a port and starts its workers (CreateIoCompletionPort). From then on the DLL stays in memory until the process
 * ends, also after FreeLibrary, because a worker may still run when its port has ended. */
IOCP4J_API iocp4j_error iocp4j_open_port(const iocp4j_port_settings* settings, iocp4j_key* port);

/* Closes a port and all its devices. Operations in flight are cancelled and complete. Waits up to `milliseconds`, but
 * never on a worker. Returns 1 if the port has ended, or 0 if the close continues. Poll a port without workers until
 * IOCP4J_PORT_CLOSED. */
IOCP4J_API int iocp4j_close_port(iocp4j_key port, uint32_t milliseconds);

/* Posts a packet (PostQueuedCompletionStatus). Its record has these three numbers. */
IOCP4J_API iocp4j_error iocp4j_post(iocp4j_key port, uint64_t key, uint32_t bytes, uint64_t token);

/* Opens a poller of a port without workers. Only one thread may use a poller at a time. */
IOCP4J_API iocp4j_error iocp4j_open_poller(iocp4j_key port, iocp4j_key* poller);

/* Waits up to `milliseconds` for completions (GetQueuedCompletionStatusEx). `count` is 0 after a timeout or
 * iocp4j_wake_up. Otherwise call iocp4j_delivered after using the records, which are valid until then. */
IOCP4J_API iocp4j_error iocp4j_poll(iocp4j_key poller, uint32_t milliseconds, const iocp4j_record** records,
                                    uint32_t* count);
IOCP4J_API void iocp4j_delivered(iocp4j_key poller);
IOCP4J_API void iocp4j_close_poller(iocp4j_key poller);

/* Makes one poll of the port return: a waiting one or the next. */
IOCP4J_API void iocp4j_wake_up(iocp4j_key port);

/* Creates a pipe and accepts clients (CreateNamedPipeW, ConnectNamedPipe). Each connection is a completion with the
 * opcode IOCP4J_ACCEPT. Connections stay open when the server is closed. */
IOCP4J_API iocp4j_error iocp4j_serve_pipe(iocp4j_key port, const iocp4j_pipe_server_settings* settings,
                                          iocp4j_key* server);

/* Connects to a pipe with a name such as L"\\\\.\\pipe\\..." or L"\\\\HOST\\pipe\\...". Blocks up to `milliseconds`
 * while all instances are busy, or while a pipe that was busy is missing. If `messages` is not 0, each read returns at
 * most one message. */
IOCP4J_API iocp4j_error iocp4j_connect_pipe(iocp4j_key port, const wchar_t* name, int messages, uint32_t milliseconds,
                                            iocp4j_key* pipe);

/* Opens a file on a disk. `access` to `flags` are those of CreateFileW; FILE_FLAG_OVERLAPPED is added. */
IOCP4J_API iocp4j_error iocp4j_open_file(iocp4j_key port, const wchar_t* path, uint32_t access, uint32_t share,
                                         uint32_t disposition, uint32_t flags, iocp4j_key* file);

/* Registers a handle that was opened with FILE_FLAG_OVERLAPPED. If `own` is not 0, the device closes the handle. On
 * failure the handle is unchanged. */
IOCP4J_API iocp4j_error iocp4j_adopt(iocp4j_key port, void* handle, int own, iocp4j_key* device);

/* Starts a read or a write (ReadFile, WriteFile). The buffer must stay valid until the completion. The position is for
 * files; UINT64_MAX appends. After `milliseconds` the operation is cancelled. `operation` may be NULL. */
IOCP4J_API iocp4j_error iocp4j_read(iocp4j_key device, void* buffer, uint32_t length, uint64_t position, uint64_t token,
                                    uint32_t milliseconds, iocp4j_operation* operation);
IOCP4J_API iocp4j_error iocp4j_write(iocp4j_key device, const void* buffer, uint32_t length, uint64_t position,
                                     uint64_t token, uint32_t milliseconds, iocp4j_operation* operation);

/* Cancels one operation (CancelIoEx). Its completion follows as usual. Returns 0 if the operation is over. */
IOCP4J_API int iocp4j_cancel(iocp4j_key device, iocp4j_operation operation);

/* Closes a device. Its operations are cancelled, and its handle is closed when they have completed. Waits and
 * returns like iocp4j_close_port. */
IOCP4J_API int iocp4j_close(iocp4j_key device, uint32_t milliseconds);

#ifdef __cplusplus
}
#endif

#endif
