/**
 * The syelog protocol of Microsoft Detours: a daemon that writes the messages of many clients to a file, and a client.
 */
package io.github.iocp4j.tools.syelog;
