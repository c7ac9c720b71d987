/**
 * A tool that prints changes in directories.
 */
package io.github.iocp4j.tools.watch;
