package io.github.iocp4j.bench;

import java.nio.ByteBuffer;

/** The requests of one client, and how it recognizes the ends of their answers. There is one request at a time. */
interface Exchange {
    /** Returns the next request, between position and limit. It stays valid until the request after it. */
    ByteBuffer request();

    /** Returns the buffer that takes the next bytes of an answer. */
    ByteBuffer input();

    /** Looks at what has come into the {@link #input}: returns whether the answer is complete. */
    boolean isAnswered();
}
