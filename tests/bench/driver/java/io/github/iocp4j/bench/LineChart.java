package io.github.iocp4j.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A chart with a line for each contestant, over comparisons that differ in a number. The scale is logarithmic and shows
 * the rate relative to the first contestant, whose line is straight. The text of a label before its last comma is the
 * heading of a panel; the text after it is a place on the axis. The lines of subjects are solid, the others dashed.
 */
final class LineChart implements Chart {
    private static final int MARGIN = 40;
    private static final int PANEL = 310;
    private static final int GAP = 35;
    private static final int HEAD = 30;
    private static final int OCTAVE = 34;
    private static final int FOOT = 30;
    private static final int ROW = 18;
    private static final int SAMPLE = 30;
    private static final String DOT = "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3\" fill=\"%s\"/>\n";
    private static final List<String> COLOURS = List.of("black", "#2a7f62", "#3a86c8", "#b5532a", "#d69f00", "#8a4fa3");

    private final Map<String, List<ComparisonResult>> panels = new LinkedHashMap<>();
    private final List<Outcome> contestants;
    /** The powers of two between which all ratios lie. */
    private int lowest;
    private int highest = 1;

    LineChart(final BenchmarkResult benchmark) {
        for (final ComparisonResult comparison : benchmark.comparisons()) {
            panels.computeIfAbsent(heading(comparison), heading -> new ArrayList<>()).add(comparison);
            for (int i = 0; i < comparison.contestants().size(); i++) {
                final double octaves = octaves(comparison, i);
                if (!Double.isNaN(octaves)) {
                    lowest = Math.min(lowest, (int) Math.floor(octaves));
                    highest = Math.max(highest, (int) Math.ceil(octaves));
                }
            }
        }
        contestants = isEmpty() ? List.of() : benchmark.comparisons().get(0).contestants();
    }

    @Override
    public boolean isEmpty() {
        return panels.isEmpty();
    }

    @Override
    public String svg() {
        final int bottom = (int) top(lowest);
        final int width = MARGIN + panels.size() * (PANEL + GAP);
        final Svg out = new Svg(width, bottom + FOOT + (contestants.size() + 1) * ROW);
        int left = MARGIN;
        for (final Map.Entry<String, List<ComparisonResult>> panel : panels.entrySet()) {
            drawScale(panel.getKey(), left, out);
            drawPlaces(panel.getValue(), left, bottom, out);
            // The first line is drawn last, on top.
            for (int i = contestants.size() - 1; i >= 0; i--) {
                drawLine(panel.getValue(), i, left, out);
            }
            left += PANEL + GAP;
        }
        drawLegend(bottom + FOOT, out);
        return out.toString();
    }

    private void drawScale(final String heading, final int left, final Svg out) {
        out.add("<text x=\"%d\" y=\"%d\" font-weight=\"bold\">%s</text>\n", left, ROW, Svg.words(heading));
        for (int octave = lowest; octave <= highest; octave++) {
            final double y = top(octave);
            out.add("<line x1=\"%d\" y1=\"%.1f\" x2=\"%d\" y2=\"%.1f\" stroke=\"#ddd\"/>"
                    + "<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%s</text>\n",
                    left, y, left + PANEL, y, left - 4, y + 4, octave < 0 ? "1/" + (1 << -octave) : 1 << octave);
        }
    }

    private static void drawPlaces(final List<ComparisonResult> comparisons, final int left, final int bottom,
            final Svg out) {
        for (int i = 0; i < comparisons.size(); i++) {
            final String label = comparisons.get(i).label();
            out.add("<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%s</text>\n", place(i, comparisons.size(), left),
                    bottom + ROW, Svg.words(label.substring(label.lastIndexOf(',') + 1).strip()));
        }
    }

    private void drawLine(final List<ComparisonResult> comparisons, final int contestant, final int left,
            final Svg out) {
        final StringBuilder points = new StringBuilder();
        for (int i = 0; i < comparisons.size(); i++) {
            final double octaves = octaves(comparisons.get(i), contestant);
            if (!Double.isNaN(octaves)) {
                final double x = place(i, comparisons.size(), left);
                points.append(point(x, top(octaves)));
                out.add(DOT, x, top(octaves), colour(contestant));
            }
        }
        drawStroke(points.toString(), contestant, out);
    }

    private void drawLegend(final int top, final Svg out) {
        for (int i = 0; i < contestants.size(); i++) {
            final double y = top + (i + 0.5) * ROW;
            drawStroke(point(MARGIN, y) + point(MARGIN + SAMPLE, y), i, out);
            out.add(DOT + "<text x=\"%d\" y=\"%.1f\">%s</text>\n", MARGIN + SAMPLE / 2.0, y, colour(i),
                    MARGIN + SAMPLE + 8, y + 4, Svg.words(contestants.get(i).name()) + (i == 0 ? " = 1" : ""));
        }
    }

    private void drawStroke(final String points, final int contestant, final Svg out) {
        out.add("<polyline points=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"2\"%s/>\n", points.strip(),
                colour(contestant), contestants.get(contestant).isSubject() ? "" : " stroke-dasharray=\"5 3\"");
    }

    /** The rate relative to the first contestant, as a power of two; NaN if one of them has not run. */
    private static double octaves(final ComparisonResult comparison, final int contestant) {
        final Outcome outcome = comparison.contestants().get(contestant);
        final Outcome first = comparison.contestants().get(0);
        return outcome.hasFailed() || first.hasFailed() ? Double.NaN
                : Math.log(new Ratio(outcome, first, Measure.RATE).median()) / Math.log(2);
    }

    private static String heading(final ComparisonResult comparison) {
        return comparison.label().substring(0, Math.max(comparison.label().lastIndexOf(','), 0));
    }

    private static double place(final int index, final int places, final int left) {
        return left + (index + 0.5) * PANEL / places;
    }

    private static String point(final double x, final double y) {
        return String.format(Locale.ROOT, "%.1f,%.1f ", x, y);
    }

    private double top(final double octaves) {
        return HEAD + (highest - octaves) * OCTAVE;
    }

    private static String colour(final int contestant) {
        return COLOURS.get(contestant % COLOURS.size());
    }
}
