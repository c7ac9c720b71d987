/**
 * Named pipes. The JDK supports only the client's end of byte-mode pipes.
 *
 * <p>A {@link io.github.iocp4j.pipe.NamedPipeServer} keeps several instances of a pipe waiting for clients. Each client
 * that connects is a completion with the opcode {@link io.github.iocp4j.Opcode#ACCEPT}, whose device is a
 * {@link io.github.iocp4j.pipe.NamedPipe}. A {@link io.github.iocp4j.pipe.NamedPipeClient} connects to a server in any
 * program; the connection is also a {@code NamedPipe}. Connecting is an operation that may wait for a busy or missing
 * pipe, or a call that parks its thread. A {@link io.github.iocp4j.pipe.ChildProcess} is a process whose standard
 * streams are pipes; a {@link io.github.iocp4j.pipe.ChildPipe} is a connected pair for a process that the program
 * starts itself.
 *
 * <p>Servers are safe by default: they reject clients on other machines, and accept only the current user,
 * administrators and SYSTEM. Clients connect at {@link io.github.iocp4j.pipe.ImpersonationLevel#IDENTIFICATION}.
 *
 * <pre>{@code
 * try (CompletionPort port = CompletionPort.open(listener);
 *         NamedPipeServer server = NamedPipeServer.builder(port, "my-service").mode(PipeMode.MESSAGE).open()) {
 *     ...
 * }
 * }</pre>
 */
package io.github.iocp4j.pipe;
