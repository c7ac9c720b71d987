# Clang and its linker instead of GCC, with MinGW-w64's headers and GCC's runtime libraries; a cross compiler on Debian.
include("${CMAKE_CURRENT_LIST_DIR}/mingw-w64-x86_64.cmake")

# Clang does not find them, because Debian has two variants of GCC. This uses -posix.
execute_process(
    COMMAND ${CMAKE_CXX_COMPILER} -print-libgcc-file-name
    OUTPUT_VARIABLE _gcc OUTPUT_STRIP_TRAILING_WHITESPACE
    COMMAND_ERROR_IS_FATAL ANY
)
get_filename_component(_gcc "${_gcc}" DIRECTORY)

set(CMAKE_C_COMPILER clang)
set(CMAKE_CXX_COMPILER clang++)
set(CMAKE_C_COMPILER_TARGET ${_triple})
set(CMAKE_CXX_COMPILER_TARGET ${_triple})
set(CMAKE_SYSROOT /usr/${_triple})
# Must match the build of GCC's libstdc++: the comparison of type_info and thread-local variables are library calls.
set(CMAKE_CXX_FLAGS_INIT "-D__GXX_TYPEINFO_EQUALITY_INLINE=0 -femulated-tls \
-stdlib++-isystem ${_gcc}/include/c++ -stdlib++-isystem ${_gcc}/include/c++/${_triple}")
# GNU ld warns of each type_info that both Clang and GCC define, because their alignment differs.
string(APPEND CMAKE_EXE_LINKER_FLAGS_INIT " -fuse-ld=lld -B${_gcc} -L${_gcc} -pthread")
string(APPEND CMAKE_SHARED_LINKER_FLAGS_INIT " -fuse-ld=lld -B${_gcc} -L${_gcc} -pthread")
