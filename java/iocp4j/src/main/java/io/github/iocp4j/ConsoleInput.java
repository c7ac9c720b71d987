package io.github.iocp4j;

/**
 * The keyboard, mouse and window of the console that this process has ({@code CONIN$}).
 *
 * <p>Windows binds no console to a port, and a thread that reads one blocks. Here one of the port's threads waits
 * until there is input, and only then reads it ({@code WaitForMultipleObjects}, {@code ReadConsoleInputW}). A read
 * completes with at least one record of 20 bytes, as {@link ConsoleEvents} reads them, and as many as are there and
 * fit; one shorter than that completes with {@link Win32Error#INSUFFICIENT_BUFFER}. The records come as they happen:
 * what is typed is neither echoed nor gathered into lines. Nobody else should read the same console meanwhile, not even
 * {@code System.in}. Writes complete with {@link Win32Error#INVALID_FUNCTION}.
 */
public final class ConsoleInput extends StreamDevice {
    private ConsoleInput(final CompletionPort port, final long key) {
        super(port, key, DeviceNative.name(key));
    }

    /**
     * Opens the console's input ({@code CreateFileW}).
     *
     * @param port receives the completions
     * @return the device
     * @throws Win32Exception when the process has no console, as a service has none:
     *     {@link Win32Error#INVALID_HANDLE} mostly
     * @throws PortClosedException when the port is closed or closing
     */
    public static ConsoleInput open(final CompletionPort port) throws Win32Exception {
        final long key = Refusal.key(
                ConsoleInputNative.open(port.id()), "CreateFile CONIN$ (has this process a console?)", port);
        return port.register(new ConsoleInput(port, key));
    }
}
