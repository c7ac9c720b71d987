package io.github.iocp4j.netty;

import io.netty.channel.IoHandle;

/**
 * A handle of the program for any devices of iocp4j: files, watched directories, child processes, and others. Their
 * completions come to the thread of an event loop. Register it with {@link io.netty.channel.IoEventLoop#register}:
 *
 * <pre>{@code
 * IocpIoRegistration registration = loop.register(handle).sync().getNow().attachment();
 * OverlappedFile file = registration.add(OverlappedFile.builder(registration.port(), path).open());
 * file.read(buffer, FilePosition.at(0), registration.token(1));
 * }</pre>
 *
 * <p>All methods are called on the loop's thread. {@link #handle} gets the {@link IocpIoRegistration} and a
 * {@link CompletionEvent}, once for each completion; an exception that it throws is logged. {@link #unregistered} is
 * called when the registration has been cancelled, its devices have ended, and all their completions have been handled.
 * {@link #close} is called when the loop ends, which then cancels the registration.
 */
public interface IocpIoHandle extends IoHandle {
    /** The loop ends. */
    @Override
    void close();
}
