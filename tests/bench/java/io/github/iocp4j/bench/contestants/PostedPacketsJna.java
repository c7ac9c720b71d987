package io.github.iocp4j.bench.contestants;

import com.sun.jna.platform.win32.BaseTSD.ULONG_PTR;
import com.sun.jna.platform.win32.BaseTSD.ULONG_PTRByReference;
import com.sun.jna.platform.win32.Kernel32;
import com.sun.jna.platform.win32.WinBase;
import com.sun.jna.platform.win32.WinNT.HANDLE;
import com.sun.jna.ptr.IntByReference;
import com.sun.jna.ptr.PointerByReference;
import java.io.IOException;
import java.util.List;

/** The same with JNA's mapping of the Win32 calls, on one thread. */
final class PostedPacketsJna implements Workload {
    private static final Kernel32 KERNEL = Kernel32.INSTANCE;

    private final int inFlight;
    private final HANDLE port = KERNEL.CreateIoCompletionPort(WinBase.INVALID_HANDLE_VALUE, null, null, 0);

    /** Arguments: how many are in flight. */
    PostedPacketsJna(final List<String> arguments) {
        inFlight = Integer.parseInt(arguments.get(0));
    }

    @Override
    public boolean worksOnCallersThread() {
        return true;
    }

    @Override
    public long run(final long milliseconds) throws IOException {
        final long end = System.nanoTime() + milliseconds * 1_000_000;
        final IntByReference bytes = new IntByReference();
        final ULONG_PTRByReference key = new ULONG_PTRByReference();
        final PointerByReference overlapped = new PointerByReference();
        for (int i = 0; i < inFlight; i++) {
            post(new ULONG_PTR(i));
        }
        long operations = 0;
        for (int left = inFlight; left > 0; operations++) {
            if (!KERNEL.GetQueuedCompletionStatus(port, bytes, key, overlapped, WinBase.INFINITE)) {
                throw new IOException("GetQueuedCompletionStatus: error " + KERNEL.GetLastError());
            }
            if (System.nanoTime() > end) {
                left--;
            } else {
                post(key.getValue());
            }
        }
        return operations;
    }

    private void post(final ULONG_PTR key) throws IOException {
        if (!KERNEL.PostQueuedCompletionStatus(port, 0, key.toPointer(), null)) {
            throw new IOException("PostQueuedCompletionStatus: error " + KERNEL.GetLastError());
        }
    }
}
