/** The contestants: the same tasks with iocp4j and with its peers, each in its own Windows JVM. */
package io.github.iocp4j.bench.contestants;
