/**
 * The tool {@code cat-pipe}.
 */
package io.github.iocp4j.tools.catpipe;
