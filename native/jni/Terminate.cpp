#include <cstdlib>

// Only for MinGW. By default libstdc++ prints the type of an uncaught exception, which needs code to demangle C++
// names: a tenth of the DLL.
namespace __gnu_cxx {

void __verbose_terminate_handler() { std::abort(); }

}  // namespace __gnu_cxx
