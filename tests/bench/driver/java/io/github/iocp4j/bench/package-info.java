/** {@code ./dev bench}: starts the contestants, has them work in turns, and reports how they compare. */
package io.github.iocp4j.bench;
