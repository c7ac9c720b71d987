/** The result of one case. */
final class Outcome {
    final boolean good;
    final String text;

    Outcome(final boolean good, final String text) {
        this.good = good;
        this.text = text;
    }
}
