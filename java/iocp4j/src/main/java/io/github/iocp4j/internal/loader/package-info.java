/** Finds, checks and loads {@code iocp4j.dll}. Not exported. */
package io.github.iocp4j.internal.loader;
