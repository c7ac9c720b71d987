package io.github.iocp4j.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A bar for each ratio of the first subject, on a logarithmic scale that begins at 1: to the right iocp4j is faster, to
 * the left the other. The ratio of two latencies is below 1 where iocp4j is faster, and its bar goes to the right, too.
 */
final class RatioChart {
    private static final int LABELS = 330;
    private static final int HALF = 190;
    private static final int VALUES = 50;
    private static final int ROW = 18;
    private static final int BAR = 12;
    /** The ratio, and its inverse, that fill a half. */
    private static final double WIDEST = 16;
    private static final String FASTER = "#2a7f62";
    private static final String SLOWER = "#b5532a";

    private final List<Bar> bars = new ArrayList<>();

    RatioChart(final BenchmarkResult benchmark) {
        for (final ComparisonResult comparison : benchmark.comparisons()) {
            for (final Ratio ratio : comparison.ratios()) {
                bars.add(new Bar(comparison.label() + ": " + ratio, ratio));
            }
        }
    }

    boolean isEmpty() {
        return bars.isEmpty();
    }

    String svg() {
        final int width = LABELS + 2 * HALF + VALUES;
        final int height = ROW * (bars.size() + 1);
        final StringBuilder out = new StringBuilder(String.format(Locale.ROOT,
                "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" font-family=\"sans-serif\""
                + " font-size=\"11\">\n<rect width=\"%d\" height=\"%d\" fill=\"white\"/>\n",
                width, height, width, height));
        for (int i = 0; i < bars.size(); i++) {
            draw(bars.get(i), ROW / 2 + i * ROW, out);
        }
        final int middle = LABELS + HALF;
        out.append(String.format(Locale.ROOT,
                "<line x1=\"%d\" y1=\"0\" x2=\"%d\" y2=\"%d\" stroke=\"black\"/>\n</svg>\n", middle, middle, height));
        return out.toString();
    }

    private static void draw(final Bar bar, final int top, final StringBuilder out) {
        final double logarithm = Math.log(bar.advantage) / Math.log(WIDEST);
        final double length = Math.min(Math.abs(logarithm), 1) * HALF;
        final double left = LABELS + HALF - (logarithm < 0 ? length : 0);
        out.append(String.format(Locale.ROOT,
                "<text x=\"%d\" y=\"%d\" text-anchor=\"end\">%s</text>"
                + "<rect x=\"%.1f\" y=\"%d\" width=\"%.1f\" height=\"%d\" fill=\"%s\"/>"
                + "<text x=\"%d\" y=\"%d\">%.2f</text>\n",
                LABELS - 8, top + BAR - 2, bar.label, left, top, length, BAR, logarithm < 0 ? SLOWER : FASTER,
                LABELS + 2 * HALF + 6, top + BAR - 2, bar.ratio));
    }

    private static final class Bar {
        final String label;
        final double ratio;
        final double advantage;

        Bar(final String label, final Ratio ratio) {
            this.label = label.replace("&", "&amp;").replace("<", "&lt;");
            this.ratio = ratio.median();
            advantage = ratio.advantage();
        }
    }
}
