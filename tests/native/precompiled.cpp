// Contains only the precompiled headers that CMakeLists.txt adds.
