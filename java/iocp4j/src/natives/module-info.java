/**
 * The native part of iocp4j for Windows x64, for programs whose facade comes without it. On the module path nothing
 * requires this module by itself: name it in a {@code requires} or with {@code --add-modules}.
 */
@SuppressWarnings("module") // its name ends in a digit, as that of the processor does
module io.github.iocp4j.windows.x86_64 {
}
