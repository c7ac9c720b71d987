// Does nothing until somebody ends it: a process to be waited for, or to have a console.

#include <windows.h>

int main() {
    ::Sleep(INFINITE);
    return 0;
}
