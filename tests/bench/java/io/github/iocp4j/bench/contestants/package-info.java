/** What is measured: the same tasks done by iocp4j and by its peers, each in a Windows JVM of its own. */
package io.github.iocp4j.bench.contestants;
