// Does nothing until it is ended: a process to wait for, or to own a console.

#include <windows.h>

int main() {
    ::Sleep(INFINITE);
    return 0;
}
