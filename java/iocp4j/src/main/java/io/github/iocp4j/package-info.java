/**
 * The Windows I/O completion port for Java.
 *
 * <p>Three words carry the whole model. A {@link io.github.iocp4j.Device} is an open handle that is registered with a
 * {@link io.github.iocp4j.CompletionPort}. Starting an operation on a device either throws, and then nothing follows,
 * or is accepted, and then exactly one completion follows; a device that is told to
 * {@linkplain io.github.iocp4j.Device#completeInline complete inline} says so at once where none does. Completions
 * arrive in {@linkplain io.github.iocp4j.CompletionBatch batches} at the port's one
 * {@link io.github.iocp4j.CompletionListener}, on the port's worker threads.
 */
package io.github.iocp4j;
