/**
 * The tool {@code cat-pipe}.
 *
 * <p>It exits with 0 only if the other side has read everything that was sent, as far as this side can know:
 *
 * <ul>
 *   <li>A server's pipe has no buffer to the client. A write completes when the client has read it, so that the server
 *       always knows.
 *   <li>A client writes into the server's buffer. Right after each write that no input follows at once, a flush
 *       begins; it succeeds when the server has read everything, and fails when the server leaves before. A server that
 *       leaves between the write and the flush, in less than a millisecond, may have read everything or nothing. Most
 *       such servers have: the client prints that this is unknown, and exits with 0. It does not notice that if the
 *       server leaves between the query whether it is there and the flush.
 *   <li>The side that reads does not know how much was to come. When its own input has ended, it leaves, and the side
 *       that writes reports what was unread.
 * </ul>
 */
package io.github.iocp4j.tools.catpipe;
