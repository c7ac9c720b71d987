/** {@code ./dev bench}: starts the contestants, lets them work in turns, and reports the comparisons. */
package io.github.iocp4j.bench;
