/** What came of one way to use iocp4j. */
final class Outcome {
    final boolean good;
    final String text;

    Outcome(final boolean good, final String text) {
        this.good = good;
        this.text = text;
    }
}
