/**
 * Files and directories.
 *
 * <p>An {@link io.github.iocp4j.file.OverlappedFile} reads and writes at 64-bit positions, any number of operations at
 * a time. Unbuffered files also scatter and gather, with {@link io.github.iocp4j.file.FileSegments}. A
 * {@link io.github.iocp4j.file.DirectoryWatch} reports changes in a directory as completions with the opcode
 * {@link io.github.iocp4j.Opcode#CHANGE}, which {@link io.github.iocp4j.file.DirectoryChanges} reads in place.
 */
package io.github.iocp4j.file;
