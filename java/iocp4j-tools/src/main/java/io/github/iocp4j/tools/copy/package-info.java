/**
 * Copies files with several overlapped reads and writes in flight.
 */
package io.github.iocp4j.tools.copy;
