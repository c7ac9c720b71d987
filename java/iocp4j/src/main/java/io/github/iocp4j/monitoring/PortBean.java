package io.github.iocp4j.monitoring;

import java.lang.management.ManagementFactory;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import javax.management.InstanceAlreadyExistsException;
import javax.management.InstanceNotFoundException;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import javax.management.StandardMBean;

/** What only a JVM with JMX can load. */
final class PortBean {
    private PortBean() {
    }

    /** Registers a bean that looks at the port whenever it is asked, and answers its name. */
    static String register(final String portName, final PortView view) {
        final String name = "io.github.iocp4j:type=CompletionPort,name=" + ObjectName.quote(portName);
        final InvocationHandler looking = (bean, getter, nothing) -> {
            try {
                return getter.invoke(view.now(), nothing);
            } catch (final InvocationTargetException failed) {
                throw failed.getCause();
            }
        };
        final CompletionPortMXBean bean = (CompletionPortMXBean) Proxy.newProxyInstance(
                PortBean.class.getClassLoader(), new Class<?>[] {CompletionPortMXBean.class}, looking);
        final MBeanServer server = ManagementFactory.getPlatformMBeanServer();
        for (int number = 1;; number++) {
            final String numbered = number == 1 ? name : name + ",number=" + number;
            try {
                server.registerMBean(
                        new StandardMBean(bean, CompletionPortMXBean.class, true), new ObjectName(numbered));
                return numbered;
            } catch (final InstanceAlreadyExistsException taken) {
                continue;
            } catch (final JMException impossible) {
                throw new IllegalStateException("Cannot register " + numbered, impossible);
            }
        }
    }

    static void unregister(final String name) {
        try {
            ManagementFactory.getPlatformMBeanServer().unregisterMBean(new ObjectName(name));
        } catch (final InstanceNotFoundException ignored) {
            // Somebody else has done it.
        } catch (final JMException impossible) {
            throw new IllegalStateException("Cannot unregister " + name, impossible);
        }
    }
}
