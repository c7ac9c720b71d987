/**
 * The tool {@code serial}.
 */
package io.github.iocp4j.tools.serial;
