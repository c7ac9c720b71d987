package io.github.iocp4j;

/** What has become of an attempt to load a DLL. */
enum Loading {
    /** It is loaded, and belongs to these classes. */
    DONE,
    /** It did not load; the reason has been noted. */
    FAILED,
    /** It serves the classes of another class loader of this process, and can serve no others. */
    TAKEN,
    /** It is loaded and has bound nothing here: no iocp4j.dll, or bound before to classes of another package. */
    UNBOUND
}
