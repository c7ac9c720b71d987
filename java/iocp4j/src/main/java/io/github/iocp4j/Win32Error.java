package io.github.iocp4j;

import java.lang.reflect.Field;
import java.util.HashMap;
import java.util.Map;

/**
 * Win32 error codes of files, pipes and sockets, named as in {@code winerror.h} without the prefix {@code ERROR_}.
 */
public final class Win32Error {
    /** No error. */
    public static final int SUCCESS = 0;

    /** The device does not support the request, for example a read of a directory. */
    public static final int INVALID_FUNCTION = 1;

    /** There is no file or pipe of that name. */
    public static final int FILE_NOT_FOUND = 2;

    /** A folder in the path does not exist. */
    public static final int PATH_NOT_FOUND = 3;

    /** The process cannot open more files. */
    public static final int TOO_MANY_OPEN_FILES = 4;

    /** Access is denied. For a new pipe server, also: a pipe of that name exists. */
    public static final int ACCESS_DENIED = 5;

    /** The handle is closed, or is of another kind. */
    public static final int INVALID_HANDLE = 6;

    /** Out of memory for the request. */
    public static final int NOT_ENOUGH_MEMORY = 8;

    /** Out of memory. */
    public static final int OUTOFMEMORY = 14;

    /** The target of a move is on another volume. */
    public static final int NOT_SAME_DEVICE = 17;

    /** The listing of a folder is complete. */
    public static final int NO_MORE_FILES = 18;

    /** The medium is write-protected. */
    public static final int WRITE_PROTECT = 19;

    /** The device is not ready, for example a drive without a medium. */
    public static final int NOT_READY = 21;

    /** The data read is damaged. */
    public static final int CRC = 23;

    /** The device cannot reach that position. */
    public static final int SEEK = 25;

    /** The device does not work. */
    public static final int GEN_FAILURE = 31;

    /** The file is open elsewhere and not shared. */
    public static final int SHARING_VIOLATION = 32;

    /** Another handle has locked that part of the file. */
    public static final int LOCK_VIOLATION = 33;

    /** The read began at or after the end of the file. */
    public static final int HANDLE_EOF = 38;

    /** The disk is full. */
    public static final int HANDLE_DISK_FULL = 39;

    /** The device or its driver does not support the request. */
    public static final int NOT_SUPPORTED = 50;

    /** The other machine was not found. */
    public static final int BAD_NETPATH = 53;

    /** Too many requests wait at the other machine. */
    public static final int TOO_MANY_CMDS = 56;

    /** The network failed in an unexpected way. */
    public static final int UNEXP_NET_ERR = 59;

    /** The connection was closed by the peer or by this machine. */
    public static final int NETNAME_DELETED = 64;

    /** The other machine does not allow the access. */
    public static final int NETWORK_ACCESS_DENIED = 65;

    /** The other machine does not share that name. */
    public static final int BAD_NET_NAME = 67;

    /** The file to create already exists. */
    public static final int FILE_EXISTS = 80;

    /** An argument is wrong, or the handle was not opened for overlapped requests. */
    public static final int INVALID_PARAMETER = 87;

    /** The other end of the pipe is closed. */
    public static final int BROKEN_PIPE = 109;

    /** The disk is full. */
    public static final int DISK_FULL = 112;

    /** The timeout of the request has passed, for example because no pipe instance became free. */
    public static final int SEM_TIMEOUT = 121;

    /** The buffer is too small for the result. */
    public static final int INSUFFICIENT_BUFFER = 122;

    /** The name of the file or pipe is malformed. */
    public static final int INVALID_NAME = 123;

    /** The folder to delete is not empty. */
    public static final int DIR_NOT_EMPTY = 145;

    /** That part of the file was not locked. */
    public static final int NOT_LOCKED = 158;

    /** The object is in use. */
    public static final int BUSY = 170;

    /** The object to create already exists. */
    public static final int ALREADY_EXISTS = 183;

    /** The name is too long. */
    public static final int FILENAME_EXCED_RANGE = 206;

    /** The pipe is open on this machine only. */
    public static final int PIPE_LOCAL = 229;

    /** The state of the pipe does not allow the request. */
    public static final int BAD_PIPE = 230;

    /** All instances of the pipe are busy. */
    public static final int PIPE_BUSY = 231;

    /** The pipe is being closed; or a read that does not wait has found no data. */
    public static final int NO_DATA = 232;

    /** There is no process at the other end of the pipe. */
    public static final int PIPE_NOT_CONNECTED = 233;

    /** The message was longer than the buffer; the next read continues it. */
    public static final int MORE_DATA = 234;

    /** The wait has timed out. */
    public static final int WAIT_TIMEOUT = 258;

    /** The name is not that of a folder; or it is, but must be that of a file. */
    public static final int DIRECTORY = 267;

    /** The file is being deleted. */
    public static final int DELETE_PENDING = 303;

    /** A client had already connected when the server began to wait. */
    public static final int PIPE_CONNECTED = 535;

    /** The server waits for a client, and no client has connected. */
    public static final int PIPE_LISTENING = 536;

    /** The handle was closed while the operation was in flight. */
    public static final int HANDLES_CLOSED = 676;

    /** The completion port was closed during a wait. */
    public static final int ABANDONED_WAIT_0 = 735;

    /** The operation was cancelled, or its thread has ended. */
    public static final int OPERATION_ABORTED = 995;

    /** The operation is still in flight. */
    public static final int IO_INCOMPLETE = 996;

    /** The operation was started and will complete later. */
    public static final int IO_PENDING = 997;

    /** The buffer's memory cannot be read or written. */
    public static final int NOACCESS = 998;

    /** The volume has changed, so that the open file is no longer valid. */
    public static final int FILE_INVALID = 1006;

    /** There were more changes in a watched directory than fit into the buffer: list it again. */
    public static final int NOTIFY_ENUM_DIR = 1022;

    /** The device failed. */
    public static final int IO_DEVICE = 1117;

    /** The device is unplugged. */
    public static final int DEVICE_NOT_CONNECTED = 1167;

    /** Nothing was found, such as an operation to cancel. */
    public static final int NOT_FOUND = 1168;

    /** The user or a program has cancelled the request. */
    public static final int CANCELLED = 1223;

    /** The file is mapped into memory. */
    public static final int USER_MAPPED_FILE = 1224;

    /** There is no server at that address. */
    public static final int CONNECTION_REFUSED = 1225;

    /** The peer has ended the connection in an orderly way. */
    public static final int GRACEFUL_DISCONNECT = 1226;

    /** The address is in use. */
    public static final int ADDRESS_ALREADY_ASSOCIATED = 1227;

    /** There is no such connection. */
    public static final int CONNECTION_INVALID = 1229;

    /** The connection exists already. */
    public static final int CONNECTION_ACTIVE = 1230;

    /** The network cannot be reached. */
    public static final int NETWORK_UNREACHABLE = 1231;

    /** The machine cannot be reached. */
    public static final int HOST_UNREACHABLE = 1232;

    /** The other machine does not support the protocol. */
    public static final int PROTOCOL_UNREACHABLE = 1233;

    /** No socket of the other machine has that UDP port. */
    public static final int PORT_UNREACHABLE = 1234;

    /** The request was aborted. */
    public static final int REQUEST_ABORTED = 1235;

    /** This machine has ended the connection. */
    public static final int CONNECTION_ABORTED = 1236;

    /** The request may succeed when it is tried again. */
    public static final int RETRY = 1237;

    /** The security descriptor is of an unknown revision. */
    public static final int UNKNOWN_REVISION = 1305;

    /** The security descriptor cannot have that owner. */
    public static final int INVALID_OWNER = 1307;

    /** This process does not have the required privilege. */
    public static final int PRIVILEGE_NOT_HELD = 1314;

    /** No account has that name or identifier. */
    public static final int NONE_MAPPED = 1332;

    /** The access-control list is malformed. */
    public static final int INVALID_ACL = 1336;

    /** The security identifier is malformed. */
    public static final int INVALID_SID = 1337;

    /** The security descriptor is malformed. */
    public static final int INVALID_SECURITY_DESCR = 1338;

    /** The level of impersonation is missing or wrong. */
    public static final int BAD_IMPERSONATION_LEVEL = 1346;

    /** Windows has no system resources for the request. */
    public static final int NO_SYSTEM_RESOURCES = 1450;

    /** Windows has no non-paged memory for the request. */
    public static final int NONPAGED_SYSTEM_RESOURCES = 1451;

    /** This process may not lock so much memory for requests in flight. */
    public static final int WORKING_SET_QUOTA = 1453;

    /** The memory and the paging file are full. */
    public static final int COMMITMENT_LIMIT = 1455;

    /** The timeout has passed. */
    public static final int TIMEOUT = 1460;

    /** Wine's code for a malformed security descriptor text. */
    public static final int RPC_S_INVALID_STRING_UUID = 1705;

    /** This process has no quota left for the memory of requests in flight. */
    public static final int NOT_ENOUGH_QUOTA = 1816;

    /** Symbolic links of the path lead in a circle. */
    public static final int CANT_RESOLVE_FILENAME = 1921;

    /** A blocking call was interrupted. */
    public static final int WSAEINTR = 10_004;

    /** This process may not use that address or port. */
    public static final int WSAEACCES = 10_013;

    /** A socket call received an invalid address of memory. */
    public static final int WSAEFAULT = 10_014;

    /** The state of the socket does not allow the call, or an argument is wrong. */
    public static final int WSAEINVAL = 10_022;

    /** The process cannot open more sockets. */
    public static final int WSAEMFILE = 10_024;

    /** A non-blocking socket cannot complete the call now. */
    public static final int WSAEWOULDBLOCK = 10_035;

    /** The socket already has such a request in progress. */
    public static final int WSAEALREADY = 10_037;

    /** The handle is not a socket, or no longer one. */
    public static final int WSAENOTSOCK = 10_038;

    /** The request has no target address. */
    public static final int WSAEDESTADDRREQ = 10_039;

    /** The datagram was longer than the buffer. */
    public static final int WSAEMSGSIZE = 10_040;

    /** The socket has no such option. */
    public static final int WSAENOPROTOOPT = 10_042;

    /** This version of Windows does not support the protocol. */
    public static final int WSAEPROTONOSUPPORT = 10_043;

    /** The socket does not support the request. */
    public static final int WSAEOPNOTSUPP = 10_045;

    /** The socket does not support the address family. */
    public static final int WSAEAFNOSUPPORT = 10_047;

    /** The address and port are in use. */
    public static final int WSAEADDRINUSE = 10_048;

    /** This machine does not have that address. */
    public static final int WSAEADDRNOTAVAIL = 10_049;

    /** The network is down. */
    public static final int WSAENETDOWN = 10_050;

    /** The network cannot be reached. */
    public static final int WSAENETUNREACH = 10_051;

    /** The connection was broken while it was idle. */
    public static final int WSAENETRESET = 10_052;

    /** This machine has ended the connection. */
    public static final int WSAECONNABORTED = 10_053;

    /** The peer has reset the connection. */
    public static final int WSAECONNRESET = 10_054;

    /** Windows has no memory for the socket. */
    public static final int WSAENOBUFS = 10_055;

    /** The socket is already connected. */
    public static final int WSAEISCONN = 10_056;

    /** The socket is not connected. */
    public static final int WSAENOTCONN = 10_057;

    /** The socket was shut down in that direction. */
    public static final int WSAESHUTDOWN = 10_058;

    /** The peer has not answered in time. */
    public static final int WSAETIMEDOUT = 10_060;

    /** There is no server at that address. */
    public static final int WSAECONNREFUSED = 10_061;

    /** The other machine is down. */
    public static final int WSAEHOSTDOWN = 10_064;

    /** The machine cannot be reached. */
    public static final int WSAEHOSTUNREACH = 10_065;

    /** Windows Sockets is not available now. */
    public static final int WSASYSNOTREADY = 10_091;

    /** Windows Sockets is not initialized in this process. */
    public static final int WSANOTINITIALISED = 10_093;

    /** The peer has ended the connection in an orderly way. */
    public static final int WSAEDISCON = 10_101;

    private Win32Error() {
    }

    /**
     * The name of a code.
     *
     * @param code a Win32 error code
     * @return the name in {@code winerror.h}, as in {@code ERROR_BROKEN_PIPE}; for a code that is not among the
     *     constants of this class {@code ERROR_} and the number
     */
    public static String name(final int code) {
        final String name = Names.BY_CODE.get(code);
        return name != null ? name : "ERROR_" + Integer.toUnsignedString(code);
    }

    /** Collected from the constants at the first use, so that each name and code stands in one place. */
    private static final class Names {
        static final Map<Integer, String> BY_CODE = new HashMap<>();

        static {
            try {
                for (final Field constant : Win32Error.class.getFields()) {
                    BY_CODE.put(constant.getInt(null), full(constant.getName()));
                }
            } catch (final IllegalAccessException impossible) {
                throw new AssertionError("The constants are public", impossible);
            }
        }

        private static String full(final String name) {
            return name.matches("(WSA|WAIT_|RPC_S_).*") ? name : "ERROR_" + name;
        }
    }
}
