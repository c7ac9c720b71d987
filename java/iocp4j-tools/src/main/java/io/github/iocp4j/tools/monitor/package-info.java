/**
 * The tool {@code monitor}, and the option with which other tools serve it.
 */
package io.github.iocp4j.tools.monitor;
