/**
 * Operations by the address of memory, for the adapters of this project whose memory counts references itself, and
 * what these adapters need to know of ports and devices.
 *
 * <p>The module exports this package to those adapters only. On the class path any code can call it, and is then
 * responsible for the memory as they are.
 */
package io.github.iocp4j.internal.raw;
