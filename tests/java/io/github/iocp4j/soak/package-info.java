/**
 * Strains the library for minutes and checks that nothing is left behind.
 */
package io.github.iocp4j.soak;
