/**
 * Support for programs that run in a terminal: safe text, and a clean end on Ctrl-C.
 */
package io.github.iocp4j.tools.terminal;
