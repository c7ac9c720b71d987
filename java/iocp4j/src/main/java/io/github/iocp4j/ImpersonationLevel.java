package io.github.iocp4j;

/**
 * What a pipe's server may do in the name of a client of its ({@code SECURITY_IMPERSONATION_LEVEL}).
 */
public enum ImpersonationLevel {
    /** The server does not learn who the client is. */
    ANONYMOUS,
    /** It may learn who the client is and what he may do, but not act in his name. */
    IDENTIFICATION,
    /** It may act in the client's name on its own machine. */
    IMPERSONATION,
    /** It may act in the client's name on other machines, too. */
    DELEGATION
}
