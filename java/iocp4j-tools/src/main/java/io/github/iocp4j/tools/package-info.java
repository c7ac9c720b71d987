/**
 * Command-line programs on iocp4j, one sub-package each.
 */
package io.github.iocp4j.tools;
