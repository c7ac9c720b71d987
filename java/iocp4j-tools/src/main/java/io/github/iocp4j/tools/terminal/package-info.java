/**
 * What programs need that are run from a terminal: text that does no harm there, and a clean end on Ctrl-C.
 */
package io.github.iocp4j.tools.terminal;
