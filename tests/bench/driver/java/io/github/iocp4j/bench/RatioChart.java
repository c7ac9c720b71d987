package io.github.iocp4j.bench;

import java.util.ArrayList;
import java.util.List;

/**
 * A bar for each ratio of the first subject, on a logarithmic scale that begins at 1. A bar to the right means that
 * iocp4j is faster, a bar to the left that the other one is. The ratio of two latencies is below 1 if iocp4j is faster;
 * its bar also goes to the right.
 */
final class RatioChart implements Chart {
    private static final int LABELS = 330;
    private static final int HALF = 190;
    private static final int VALUES = 50;
    private static final int ROW = 18;
    private static final int BAR = 12;
    /** The ratio that fills the right half; its inverse fills the left half. */
    private static final double WIDEST = 16;
    private static final String FASTER = "#2a7f62";
    private static final String SLOWER = "#b5532a";

    private final List<Bar> bars = new ArrayList<>();

    RatioChart(final BenchmarkResult benchmark) {
        for (final ComparisonResult comparison : benchmark.comparisons()) {
            for (final Ratio ratio : comparison.mainRatios()) {
                bars.add(new Bar(comparison.label() + ": " + ratio, ratio));
            }
        }
    }

    @Override
    public boolean isEmpty() {
        return bars.isEmpty();
    }

    @Override
    public String svg() {
        final int width = LABELS + 2 * HALF + VALUES;
        final int height = ROW * (bars.size() + 1);
        final Svg out = new Svg(width, height);
        for (int i = 0; i < bars.size(); i++) {
            draw(bars.get(i), ROW / 2 + i * ROW, out);
        }
        final int middle = LABELS + HALF;
        out.add("<line x1=\"%d\" y1=\"0\" x2=\"%d\" y2=\"%d\" stroke=\"black\"/>\n", middle, middle, height);
        return out.toString();
    }

    private static void draw(final Bar bar, final int top, final Svg out) {
        final double logarithm = Math.log(bar.advantage) / Math.log(WIDEST);
        final double length = Math.min(Math.abs(logarithm), 1) * HALF;
        final double left = LABELS + HALF - (logarithm < 0 ? length : 0);
        out.add("<text x=\"%d\" y=\"%d\" text-anchor=\"end\">%s</text>"
                + "<rect x=\"%.1f\" y=\"%d\" width=\"%.1f\" height=\"%d\" fill=\"%s\"/>"
                + "<text x=\"%d\" y=\"%d\">%.2f</text>\n",
                LABELS - 8, top + BAR - 2, bar.label, left, top, length, BAR, logarithm < 0 ? SLOWER : FASTER,
                LABELS + 2 * HALF + 6, top + BAR - 2, bar.ratio);
    }

    private static final class Bar {
        final String label;
        final double ratio;
        final double advantage;

        Bar(final String label, final Ratio ratio) {
            this.label = Svg.words(label);
            this.ratio = ratio.median();
            advantage = ratio.advantage();
        }
    }
}
