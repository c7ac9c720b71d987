/**
 * The tool {@code echo}.
 */
package io.github.iocp4j.tools.echo;
