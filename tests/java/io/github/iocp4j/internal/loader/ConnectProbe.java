package io.github.iocp4j.internal.loader;

import io.github.iocp4j.CompletionPort;
import io.github.iocp4j.Win32Error;
import io.github.iocp4j.Win32Exception;
import io.github.iocp4j.pipe.NamedPipeClient;
import java.time.Duration;

/** Waits for a pipe that does not exist: run by a test in a class loader of its own, with a call of native code. */
public final class ConnectProbe implements Runnable {
    @Override
    public void run() {
        try (CompletionPort port = CompletionPort.open(completion -> { })) {
            NamedPipeClient.builder(port, "iocp4j-tests-missing")
                    .waitForServer().timeout(Duration.ofMillis(20)).connect();
            throw new AssertionError("connected");
        } catch (final Win32Exception missing) {
            if (missing.code() != Win32Error.FILE_NOT_FOUND) {
                throw new AssertionError(missing);
            }
        }
    }
}
