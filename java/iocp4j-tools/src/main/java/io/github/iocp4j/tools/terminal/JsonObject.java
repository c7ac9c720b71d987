package io.github.iocp4j.tools.terminal;

import java.util.Collection;
import java.util.Locale;

/** A JSON object on one line, which is built from left to right. */
public final class JsonObject {
    private final StringBuilder json = new StringBuilder("{");

    /** Creates an empty object. */
    public JsonObject() {
    }

    /**
     * Adds a text.
     *
     * @param name the member's name
     * @param text any
     * @return this
     */
    public JsonObject put(final String name, final String text) {
        return member(name, quoted(text));
    }

    /**
     * Adds a number.
     *
     * @param name the member's name
     * @param number any
     * @return this
     */
    public JsonObject put(final String name, final long number) {
        return member(name, Long.toString(number));
    }

    /**
     * Adds a number with one decimal.
     *
     * @param name the member's name
     * @param number any that is finite
     * @return this
     */
    public JsonObject put(final String name, final double number) {
        return member(name, String.format(Locale.ROOT, "%.1f", number));
    }

    /**
     * Adds a boolean.
     *
     * @param name the member's name
     * @param truth any
     * @return this
     */
    public JsonObject put(final String name, final boolean truth) {
        return member(name, Boolean.toString(truth));
    }

    /**
     * Adds an object.
     *
     * @param name the member's name
     * @param object complete
     * @return this
     */
    public JsonObject put(final String name, final JsonObject object) {
        return member(name, object.toString());
    }

    /**
     * Adds an array.
     *
     * @param name the member's name
     * @param items objects and numbers
     * @return this
     */
    public JsonObject put(final String name, final Collection<?> items) {
        final StringBuilder array = new StringBuilder("[");
        for (final Object item : items) {
            array.append(array.length() == 1 ? "" : ",").append(item);
        }
        return member(name, array.append(']').toString());
    }

    /** The object, complete. */
    @Override
    public String toString() {
        return json + "}";
    }

    /**
     * A text as a JSON string; control characters and unpaired surrogates are written as {@code \\uXXXX}.
     *
     * @param text any
     * @return the string, in quotes
     */
    public static String quoted(final String text) {
        final StringBuilder json = new StringBuilder(text.length() + 2).append('"');
        text.codePoints().forEach(codePoint -> {
            if (codePoint == '"' || codePoint == '\\') {
                json.append('\\').append((char) codePoint);
            } else if (SafeText.isHarmless(codePoint) && !isSurrogate(codePoint)) {
                json.appendCodePoint(codePoint);
            } else {
                json.append(String.format("\\u%04x", codePoint));
            }
        });
        return json.append('"').toString();
    }

    private static boolean isSurrogate(final int codePoint) {
        return codePoint >= Character.MIN_SURROGATE && codePoint <= Character.MAX_SURROGATE;
    }

    private JsonObject member(final String name, final String value) {
        json.append(json.length() == 1 ? "" : ",").append(quoted(name)).append(':').append(value);
        return this;
    }
}
