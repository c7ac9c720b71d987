package io.github.iocp4j.pipe;

/**
 * What a pipe server may do with the identity of its client ({@code SECURITY_IMPERSONATION_LEVEL}).
 */
public enum ImpersonationLevel {
    /** The server does not learn who the client is. */
    ANONYMOUS,
    /** The server learns the client's identity and rights, but cannot act as the client. */
    IDENTIFICATION,
    /** The server can act as the client on its own machine. */
    IMPERSONATION,
    /** The server can act as the client on other machines, too. */
    DELEGATION
}
