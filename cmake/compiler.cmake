# iocp4j_compiler: the dialect, definitions and warnings that every target of the project is built with.
if(TARGET iocp4j_compiler)
    return()
endif()
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_MSVC_RUNTIME_LIBRARY "MultiThreaded$<$<CONFIG:Debug>:Debug>")

add_library(iocp4j_compiler INTERFACE)
target_compile_features(iocp4j_compiler INTERFACE cxx_std_20)
target_compile_definitions(iocp4j_compiler INTERFACE
    UNICODE _UNICODE NOMINMAX WIN32_LEAN_AND_MEAN
    _WIN32_WINNT=0x0A00 # Windows 10
)
if(MSVC)
    target_compile_options(iocp4j_compiler INTERFACE /W4 /WX /permissive- /utf-8 /EHsc /guard:cf)
    target_link_options(iocp4j_compiler INTERFACE /guard:cf /DYNAMICBASE /HIGHENTROPYVA /NXCOMPAT)
    # Builds are reproducible: the same sources give the same file.
    target_compile_options(iocp4j_compiler INTERFACE $<$<CONFIG:Release>:/Brepro>)
    target_link_options(iocp4j_compiler INTERFACE $<$<CONFIG:Release>:/Brepro>)
else()
    target_compile_options(iocp4j_compiler INTERFACE
        -Wall -Wextra -Wpedantic -Werror
        -Wconversion -Wsign-conversion -Wshadow -Wold-style-cast -Wcast-align -Wformat=2
        -Wnon-virtual-dtor -Woverloaded-virtual -Wextra-semi
    )
    target_compile_definitions(iocp4j_compiler INTERFACE $<$<CONFIG:Debug>:_GLIBCXX_ASSERTIONS>)
    if(MINGW)
        target_link_options(iocp4j_compiler INTERFACE -Wl,--dynamicbase,--high-entropy-va,--nxcompat)
        target_link_options(iocp4j_compiler INTERFACE $<$<CXX_COMPILER_ID:Clang>:-Wl,--fatal-warnings>)
        # Builds are reproducible: the same sources give the same file.
        get_filename_component(root "${CMAKE_CURRENT_LIST_DIR}" DIRECTORY)
        target_compile_options(iocp4j_compiler INTERFACE $<$<CONFIG:Release>:-ffile-prefix-map=${root}=.>)
        target_link_options(iocp4j_compiler INTERFACE $<$<CONFIG:Release>:-Wl,--no-insert-timestamp>)
        # Optimizes like MSVC and removes unused functions, to keep the jar small.
        string(REPLACE "-O3" "-O2" CMAKE_CXX_FLAGS_RELEASE "${CMAKE_CXX_FLAGS_RELEASE}")
        target_compile_options(iocp4j_compiler INTERFACE $<$<CONFIG:Release>:-ffunction-sections>)
        target_link_options(iocp4j_compiler INTERFACE $<$<CONFIG:Release>:-Wl,--gc-sections>)
    endif()
endif()
