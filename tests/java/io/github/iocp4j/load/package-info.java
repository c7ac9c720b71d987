/** Many clients at once for the tool {@code echo}; {@code tests/echo-load} starts them. */
package io.github.iocp4j.load;
