/**
 * Native methods, and what the packages of this library share. It is not exported: types and members are public here
 * for the other packages of this module only.
 */
package io.github.iocp4j.internal;
