#include <cstdlib>

// Only for MinGW. What libstdc++ does by itself when an exception is not caught is to print its type, for which a
// tenth of the DLL would be code that makes C++ names readable.
namespace __gnu_cxx {

void __verbose_terminate_handler() { std::abort(); }

}  // namespace __gnu_cxx
