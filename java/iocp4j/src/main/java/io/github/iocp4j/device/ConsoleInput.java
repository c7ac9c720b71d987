package io.github.iocp4j.device;

import io.github.iocp4j.CompletionPort;
import io.github.iocp4j.PortClosedException;
import io.github.iocp4j.StreamDevice;
import io.github.iocp4j.Win32Error;
import io.github.iocp4j.Win32Exception;
import io.github.iocp4j.internal.ConsoleInputNative;
import io.github.iocp4j.internal.DeviceNative;
import io.github.iocp4j.internal.EngineError;
import io.github.iocp4j.internal.OpenedDevice;
import io.github.iocp4j.internal.PortAccess;

/**
 * Input events of this process's console: keyboard, mouse and window ({@code CONIN$}).
 *
 * <p>Windows cannot bind a console to a completion port, and a thread that reads a console blocks. Therefore a thread
 * of the port waits until input is available, and then reads it ({@code WaitForMultipleObjects},
 * {@code ReadConsoleInputW}). A read completes with one or more records of 20 bytes: all available records that fit
 * into the buffer. {@link ConsoleEvents} decodes them. A read of fewer than 20 bytes completes with
 * {@link Win32Error#INSUFFICIENT_BUFFER}. Each record is one event; Windows neither echoes the input nor collects it
 * into lines. No other code should read the same console at the same time, including {@code System.in}. Writes complete
 * with {@link Win32Error#INVALID_FUNCTION}.
 */
public final class ConsoleInput extends StreamDevice {
    private ConsoleInput(final CompletionPort port, final long key) {
        super(new OpenedDevice(port, key, DeviceNative.name(key)));
    }

    /**
     * Opens the console's input ({@code CreateFileW}).
     *
     * @param port receives the completions
     * @return the device
     * @throws Win32Exception when the process has no console, for example in a service: usually
     *     {@link Win32Error#INVALID_HANDLE}
     * @throws PortClosedException when the port is closed or closing
     */
    public static ConsoleInput open(final CompletionPort port) throws Win32Exception {
        final long key = EngineError.key(
                ConsoleInputNative.open(PortAccess.get().id(
                        port)), "CreateFile CONIN$ (has this process a console?)", port);
        return PortAccess.get().register(port, new ConsoleInput(port, key));
    }
}
