package io.github.iocp4j.internal.loader;

/** The outcome of an attempt to load a DLL. */
public enum Loading {
    /** It is loaded, and belongs to these classes. */
    DONE,
    /** It did not load; the search has recorded the reason. */
    FAILED,
    /** The classes of another class loader of this process use it, and it can serve only one class loader. */
    TAKEN,
    /**
     * It is loaded but has bound no native methods here: it is not iocp4j.dll, or it is bound to classes of another
     * package.
     */
    UNBOUND
}
