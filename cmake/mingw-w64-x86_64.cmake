# MinGW-w64 for 64-bit Windows: as a cross compiler on Debian, as the compiler itself on Windows.
set(CMAKE_SYSTEM_NAME Windows)
set(CMAKE_SYSTEM_PROCESSOR x86_64)
set(_triple x86_64-w64-mingw32)

if(CMAKE_HOST_WIN32)
    set(CMAKE_C_COMPILER ${_triple}-gcc)
    set(CMAKE_CXX_COMPILER ${_triple}-g++)
else()
    # -posix: std::thread and std::mutex need that thread model.
    set(CMAKE_C_COMPILER ${_triple}-gcc-posix)
    set(CMAKE_CXX_COMPILER ${_triple}-g++-posix)
    set(CMAKE_RC_COMPILER ${_triple}-windres)
    set(CMAKE_FIND_ROOT_PATH /usr/${_triple})
    set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
    set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
    set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
    set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)
    set(CMAKE_CROSSCOMPILING_EMULATOR "${CMAKE_CURRENT_LIST_DIR}/wine-run")
endif()

# Links libstdc++, libgcc and libwinpthread statically, so that no further DLL must be shipped.
set(CMAKE_EXE_LINKER_FLAGS_INIT "-static")
set(CMAKE_SHARED_LINKER_FLAGS_INIT "-static")
