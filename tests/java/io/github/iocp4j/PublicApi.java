package io.github.iocp4j;

import java.io.IOException;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleFinder;
import java.lang.module.ModuleReader;
import java.lang.module.ModuleReference;
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.Field;
import java.lang.reflect.Member;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Type;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SortedSet;
import java.util.StringJoiner;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The public API of a module: a line for each type, followed by a line for each member that a program can call, extend,
 * implement or compile into its classes.
 */
final class PublicApi {
    private static final int VISIBLE = Modifier.PUBLIC | Modifier.PROTECTED;
    private static final int SHOWN = VISIBLE | Modifier.STATIC | Modifier.FINAL | Modifier.ABSTRACT;

    private PublicApi() {
    }

    /** The lines for the module whose classes are in that folder. */
    static List<String> lines(final Path classes) throws IOException {
        final ModuleReference module = ModuleFinder.of(classes).findAll().iterator().next();
        final List<String> lines = new ArrayList<>();
        lines.add("module " + module.descriptor().name());
        module.descriptor().requires().stream().map(ModuleDescriptor.Requires::toString)
                // Without the version that the module was compiled with.
                .map(text -> "    requires " + text.replaceAll("@.*| \\(@.*", "")).sorted().forEach(lines::add);
        module.descriptor().exports().stream().filter(export -> !export.isQualified())
                .map(export -> "    exports " + export).sorted().forEach(lines::add);
        for (final Class<?> type : types(module)) {
            lines.add("");
            lines.add(heading(type));
            members(type).forEach(member -> lines.add("    " + member));
        }
        return lines;
    }

    private static List<Class<?>> types(final ModuleReference module) throws IOException {
        final List<String> packages = module.descriptor().exports().stream()
                .filter(export -> !export.isQualified()).map(ModuleDescriptor.Exports::source)
                .collect(Collectors.toList());
        try (ModuleReader reader = module.open(); Stream<String> names = reader.list()) {
            return names.filter(name -> name.endsWith(".class") && name.contains("/"))
                    .map(name -> name.substring(0, name.length() - ".class".length()).replace('/', '.'))
                    .filter(name -> packages.contains(name.substring(0, name.lastIndexOf('.')))).sorted()
                    .map(PublicApi::load)
                    .filter(type -> type != null && isVisible(type)).collect(Collectors.toList());
        }
    }

    private static Class<?> load(final String name) {
        try {
            return Class.forName(name, false, PublicApi.class.getClassLoader());
        } catch (final NoClassDefFoundError e) {
            return null; // An event of Flight Recorder, in a JVM that has none. Where there is one, it is looked at.
        } catch (final ClassNotFoundException e) {
            throw new AssertionError(e);
        }
    }

    private static boolean isVisible(final Class<?> type) {
        return (type.getModifiers() & VISIBLE) != 0 && !type.isAnonymousClass() && !type.isLocalClass()
                && (type.getEnclosingClass() == null || isVisible(type.getEnclosingClass()));
    }

    private static String heading(final Class<?> type) {
        final String kind = type.isAnnotation() ? "@interface " : type.isInterface() ? "interface "
                : type.isEnum() ? "enum " : "class ";
        final Type parent = parent(type);
        return Modifier.toString(type.getModifiers() & SHOWN) + ' ' + kind + type.getTypeName()
                + list("<", type.getTypeParameters(), ">")
                + (parent == null || parent == Object.class ? "" : " extends " + parent.getTypeName())
                + list(type.isInterface() ? " extends " : " implements ", type.getGenericInterfaces(), "");
    }

    /** The nearest class that it extends and a program can see; null for an interface. */
    private static Type parent(final Class<?> type) {
        final Class<?> parent = type.getSuperclass();
        return parent == null || isVisible(parent) ? type.getGenericSuperclass() : parent(parent);
    }

    /** The members of the type, and those of its superclasses that are not visible. */
    private static SortedSet<String> members(final Class<?> type) {
        final SortedSet<String> members = new TreeSet<>();
        for (final Constructor<?> constructor : type.getDeclaredConstructors()) {
            add(members, constructor, "<init>" + parameters(constructor));
        }
        for (Class<?> c = type; c != null && (c == type || !isVisible(c)); c = c.getSuperclass()) {
            for (final Field field : c.getDeclaredFields()) {
                add(members, field, field.getGenericType().getTypeName() + ' ' + field.getName() + value(field));
            }
            for (final Method method : c.getDeclaredMethods()) {
                add(members, method, list("<", method.getTypeParameters(), "> ")
                        + method.getGenericReturnType().getTypeName() + ' ' + method.getName() + parameters(method));
            }
        }
        return members;
    }

    private static void add(final SortedSet<String> members, final Member member, final String text) {
        if ((member.getModifiers() & VISIBLE) != 0 && !member.isSynthetic()) {
            members.add(Modifier.toString(member.getModifiers() & SHOWN) + ' ' + text);
        }
    }

    private static String parameters(final Executable executable) {
        final StringJoiner parameters = new StringJoiner(", ", "(", ")");
        Arrays.stream(executable.getGenericParameterTypes()).map(Type::getTypeName).forEach(parameters::add);
        return (executable.isVarArgs() ? parameters.toString().replaceAll("\\[\\]\\)$", "...)") : parameters)
                + list(" throws ", executable.getGenericExceptionTypes(), "");
    }

    /** A compiler copies constants into classes that use them; therefore the value is part of the API. */
    private static String value(final Field field) {
        final int constant = Modifier.STATIC | Modifier.FINAL;
        if ((field.getModifiers() & constant) != constant
                || !field.getType().isPrimitive() && field.getType() != String.class) {
            return "";
        }
        try {
            return " = " + field.get(null);
        } catch (final IllegalAccessException e) {
            return "";
        }
    }

    private static String list(final String before, final Type[] types, final String after) {
        return types.length == 0 ? ""
                : Arrays.stream(types).map(Type::getTypeName).collect(Collectors.joining(", ", before, after));
    }
}
