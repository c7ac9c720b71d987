/** How the module {@code io.github.iocp4j.monitoring} makes snapshots. Exported to that module only. */
package io.github.iocp4j.internal.snapshot;
