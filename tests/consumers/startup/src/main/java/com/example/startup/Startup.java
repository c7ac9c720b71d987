package com.example.startup;

import com.sun.jna.Function;
import io.github.iocp4j.CompletionPort;
import io.github.iocp4j.Win32Error;
import io.github.iocp4j.file.FilePosition;
import io.github.iocp4j.file.OverlappedFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousFileChannel;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;

/** Measures the start of a program that makes one native call. The JVM must be a new one. */
public final class Startup {
    private Startup() {
    }

    /**
     * Prints the nanoseconds until native code is loaded and everything is open, and until the first operation has
     * completed.
     *
     * @param args the library, iocp4j, jdk or jna; and a file that can be read
     * @throws Exception when a call fails
     */
    public static void main(final String[] args) throws Exception {
        final ByteBuffer buffer = ByteBuffer.allocateDirect(16);
        final Path file = Path.of(args[1]);
        final long start = System.nanoTime();
        final long ready;
        switch (args[0]) {
            case "iocp4j":
                ready = readWithIocp4j(file, buffer);
                break;
            case "jdk":
                ready = readWithJdk(file, buffer);
                break;
            case "jna":
                ready = callWithJna();
                break;
            default:
                throw new IllegalArgumentException(args[0]);
        }
        final long done = System.nanoTime();
        System.out.println("ok: " + (ready - start) + " " + (done - start));
    }

    private static long readWithIocp4j(final Path file, final ByteBuffer buffer) throws Exception {
        final CompletableFuture<Integer> status = new CompletableFuture<>();
        final CompletionPort port = CompletionPort.open(completion -> status.complete(completion.status()));
        final long ready = System.nanoTime();
        OverlappedFile.builder(port, file).read().open().read(buffer.clear(), FilePosition.at(0), 0);
        if (status.get() != Win32Error.SUCCESS) {
            throw new IOException(file + " cannot be read: " + Win32Error.name(status.get()));
        }
        return ready;
    }

    private static long readWithJdk(final Path file, final ByteBuffer buffer) throws Exception {
        final AsynchronousFileChannel channel = AsynchronousFileChannel.open(file);
        final long ready = System.nanoTime();
        if (channel.read(buffer, 0).get() < 0) {
            throw new IOException(file + " is empty");
        }
        return ready;
    }

    private static long callWithJna() throws IOException {
        final Function processId = Function.getFunction("kernel32", "GetCurrentProcessId");
        final long ready = System.nanoTime();
        if (processId.invokeInt(new Object[0]) == 0) {
            throw new IOException("No process has that number");
        }
        return ready;
    }
}
