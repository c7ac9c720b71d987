package io.github.iocp4j.internal;

import java.util.Objects;

/** Checks callers' security descriptors. */
public final class SecurityDescriptors {
    private SecurityDescriptors() {
    }

    /** Returns the text unless it is empty, which native code takes for the default. */
    public static String check(final String sddl) {
        if (Objects.requireNonNull(sddl, "sddl").isBlank()) {
            throw new IllegalArgumentException("The security descriptor is empty: omit it for the default,"
                    + " or pass one such as D:P(A;;GA;;;OW)(A;;0x12019b;;;WD)");
        }
        return sddl;
    }
}
