/**
 * The tool {@code monitor}, and the option by which other tools let it look into them.
 */
package io.github.iocp4j.tools.monitor;
