/**
 * The demonstration that {@code ./dev demo} runs.
 */
package io.github.iocp4j.demo;
