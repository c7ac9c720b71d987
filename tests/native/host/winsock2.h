#pragma once

// What the engine needs of Winsock.
#include <windows.h>
