package io.github.iocp4j;

/** Checks what callers say about who may do what. */
final class SecurityDescriptors {
    private SecurityDescriptors() {
    }

    /** Returns the text, if it is one: native code takes an empty one for the default. */
    static String check(final String sddl) {
        if (sddl.isBlank()) {
            throw new IllegalArgumentException("The security descriptor is empty: leave it out for the default,"
                    + " or write one as in D:P(A;;GA;;;OW)(A;;0x12019b;;;WD)");
        }
        return sddl;
    }
}
