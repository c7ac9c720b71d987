# Writes iocp4j.dll.cdx.json beside the DLL: the code that the compiler has linked into it, which no package manager
# lists.
set(IOCP4J_LINKED "")
set(IOCP4J_LINKED_NAMES "")

# linked(name version publisher licence package): the licence as an SPDX expression, or NONE
function(linked name version publisher licence package)
    set(comma "")
    if(IOCP4J_LINKED)
        set(comma ",")
    endif()
    set(licences "")
    if(NOT licence STREQUAL NONE)
        set(licences "\"licenses\": [{\"expression\": \"${licence}\"}],\n      ")
    endif()
    set(IOCP4J_LINKED "${IOCP4J_LINKED}${comma}
    {
      \"type\": \"library\",
      \"bom-ref\": \"${name}\",
      \"publisher\": \"${publisher}\",
      \"name\": \"${name}\",
      \"version\": \"${version}\",
      ${licences}\"purl\": \"pkg:generic/${package}@${version}\"
    }" PARENT_SCOPE)
    set(space "")
    if(comma)
        set(space " ")
    endif()
    set(IOCP4J_LINKED_NAMES "${IOCP4J_LINKED_NAMES}${comma}${space}\"${name}\"" PARENT_SCOPE)
endfunction()

# Sets `variable` to the version of MinGW-w64.
function(version_of_mingw variable)
    set(source "${CMAKE_CURRENT_BINARY_DIR}/version-of-mingw.h")
    file(WRITE "${source}" "#include <_mingw.h>\nTEXT: __MINGW64_VERSION_STR\n")
    execute_process(
        COMMAND "${CMAKE_CXX_COMPILER}" -E -P -x c++ "${source}"
        OUTPUT_VARIABLE output
        COMMAND_ERROR_IS_FATAL ANY
    )
    string(REGEX MATCH "TEXT:[^\n]*" line "${output}")
    string(REGEX REPLACE "TEXT:|[\" ]" "" text "${line}")
    set(${variable} "${text}" PARENT_SCOPE)
endfunction()

if(MSVC)
    # The compiler does not report this version; Visual Studio's command prompt sets it.
    linked("Microsoft Visual C++ runtime" "$ENV{VCToolsVersion}" "Microsoft" NONE msvc-runtime)
    linked("Universal C Runtime" "$ENV{UCRTVersion}" "Microsoft" NONE ucrt)
else()
    set(gcc "${CMAKE_CXX_COMPILER_VERSION}")
    version_of_mingw(mingw)
    set(gcc_licence "GPL-3.0-or-later WITH GCC-exception-3.1")
    linked(libstdc++ "${gcc}" "Free Software Foundation" "${gcc_licence}" gcc)
    linked(libgcc "${gcc}" "Free Software Foundation" "${gcc_licence}" gcc)
    linked(mingw-w64-crt "${mingw}" "mingw-w64" "ZPL-2.1" mingw-w64)
    linked(winpthreads "${mingw}" "mingw-w64" "MIT AND BSD-3-Clause" mingw-w64)
endif()
configure_file("${CMAKE_CURRENT_LIST_DIR}/iocp4j.dll.cdx.json.in" iocp4j.dll.cdx.json
    @ONLY NEWLINE_STYLE UNIX)
