/**
 * Other devices, and objects that a program can wait for.
 *
 * <ul>
 * <li>{@link io.github.iocp4j.device.AdoptedDevice}: a handle that other code has opened, or any device with a path.
 * <li>{@link io.github.iocp4j.device.SerialPort}, {@link io.github.iocp4j.device.MailslotServer},
 *     {@link io.github.iocp4j.device.MailslotClient}, {@link io.github.iocp4j.device.ConsoleInput}.
 * <li>{@link io.github.iocp4j.device.WaitableDevice}: an event, a process or another object that is signalled.
 *     {@link io.github.iocp4j.device.JobObject}: a group of processes.
 * <li>{@link io.github.iocp4j.device.AlertableThread}: the alertable waits of Windows, on a thread of the program.
 * </ul>
 */
package io.github.iocp4j.device;
