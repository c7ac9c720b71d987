package io.github.iocp4j.bench.contestants;

import com.sun.jna.platform.win32.Kernel32;
import com.sun.jna.platform.win32.WinBase;
import com.sun.jna.platform.win32.WinError;
import com.sun.jna.platform.win32.WinNT.HANDLE;
import com.sun.jna.ptr.IntByReference;
import java.io.IOException;
import java.util.List;

/** The same with JNA's mapping of the Win32 calls, which block, and so with a thread for each client. */
final class PipeEchoJna implements Workload {
    private static final Kernel32 KERNEL = Kernel32.INSTANCE;
    private static final int BUFFER = 8192;
    private static final int PIPE_BUFFER = 65_536;

    private final String name;

    /** Arguments: the pipe. */
    PipeEchoJna(final List<String> arguments) throws IOException {
        name = arguments.get(0);
        final HANDLE first = instance();
        new Thread(() -> accept(first), "accept").start();
    }

    @Override
    public String address() {
        return name;
    }

    private HANDLE instance() throws IOException {
        final HANDLE pipe = KERNEL.CreateNamedPipe("\\\\.\\pipe\\" + name, WinBase.PIPE_ACCESS_DUPLEX,
                WinBase.PIPE_TYPE_BYTE | WinBase.PIPE_REJECT_REMOTE_CLIENTS, WinBase.PIPE_UNLIMITED_INSTANCES,
                PIPE_BUFFER, PIPE_BUFFER, 0, null);
        if (WinBase.INVALID_HANDLE_VALUE.equals(pipe)) {
            throw new IOException("CreateNamedPipe: error " + KERNEL.GetLastError());
        }
        return pipe;
    }

    private void accept(final HANDLE first) {
        HANDLE pipe = first;
        try {
            for (;;) {
                if (!KERNEL.ConnectNamedPipe(pipe, null) && KERNEL.GetLastError() != WinError.ERROR_PIPE_CONNECTED) {
                    throw new IOException("ConnectNamedPipe: error " + KERNEL.GetLastError());
                }
                final HANDLE client = pipe;
                new Thread(() -> serve(client)).start();
                pipe = instance();
            }
        } catch (final IOException failed) {
            failed.printStackTrace();
        }
    }

    private static void serve(final HANDLE client) {
        final byte[] buffer = new byte[BUFFER];
        final IntByReference bytes = new IntByReference();
        while (KERNEL.ReadFile(client, buffer, buffer.length, bytes, null)
                && KERNEL.WriteFile(client, buffer, bytes.getValue(), bytes, null)) {
            // Until the client leaves.
        }
        KERNEL.CloseHandle(client);
    }
}
