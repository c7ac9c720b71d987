/**
 * A tool that tells what changes in directories.
 */
package io.github.iocp4j.tools.watch;
