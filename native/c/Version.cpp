#include "c/iocp4j.h"

uint32_t iocp4j_abi(void) { return IOCP4J_ABI; }

const char* iocp4j_version(void) { return IOCP4J_VERSION; }
