package io.github.iocp4j.bench;

import java.util.Locale;

/** Builds the text of an SVG file. */
final class Svg {
    private final StringBuilder text = new StringBuilder();

    Svg(final int width, final int height) {
        add("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" font-family=\"sans-serif\""
                + " font-size=\"11\">\n<rect width=\"%d\" height=\"%d\" fill=\"white\"/>\n",
                width, height, width, height);
    }

    void add(final String format, final Object... arguments) {
        text.append(String.format(Locale.ROOT, format, arguments));
    }

    /** Escapes a text for SVG. */
    static String words(final String words) {
        return words.replace("&", "&amp;").replace("<", "&lt;");
    }

    @Override
    public String toString() {
        return text + "</svg>\n";
    }
}
