package io.github.iocp4j.netty;

import io.github.iocp4j.CompletionPort;
import io.github.iocp4j.Device;
import io.netty.channel.IoRegistration;

/**
 * The registration of an {@link IocpIoHandle} with an event loop: what {@link IoRegistration#attachment} returns. It
 * owns devices. {@link #cancel} closes them. Any thread may call these methods.
 *
 * <p>Netty counts the registrations of a loop, and an auto-scaled group suspends a loop that has none. Netty learns of
 * a cancel only from the {@link IoRegistration} that {@link io.netty.channel.IoEventLoop#register} has returned: cancel
 * that one if the loop may be suspended afterwards.
 *
 * <p>{@link #submit} throws an {@link UnsupportedOperationException}: operations are started on the devices.
 */
public interface IocpIoRegistration extends IoRegistration {
    /** The largest kind of an operation. */
    int MAX_KIND = Registration.MAX_KIND;

    /**
     * The port of the loop, on which the devices are opened. The loop closes it.
     *
     * @return the port, which only the loop's thread polls
     */
    CompletionPort port();

    /**
     * Makes the registration the owner of a device. Add every device whose operations use {@link #token} when it is
     * open, also a connection that a server of this registration has accepted.
     *
     * @param <D> the type of the device
     * @param device a device of {@link #port}
     * @return the device
     * @throws IllegalArgumentException when the device belongs to another port
     * @throws IllegalStateException when the registration is cancelled; the device still belongs to the caller
     */
    <D extends Device> D add(D device);

    /**
     * Closes one device. The completions of its operations follow. Without this, a device that the program has closed
     * itself belongs to the registration until that is cancelled.
     *
     * @param device a device that was added; nothing happens if it was not, or if it has ended
     */
    void close(Device device);

    /**
     * The token with which to start an operation, so that its completion comes to this handle.
     *
     * @param kind what {@link CompletionEvent#kind} returns, from 0 to {@link #MAX_KIND}
     * @return the token
     * @throws IllegalArgumentException when the kind is out of range
     */
    long token(int kind);
}
