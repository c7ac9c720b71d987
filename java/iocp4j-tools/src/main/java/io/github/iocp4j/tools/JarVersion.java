package io.github.iocp4j.tools;

import picocli.CommandLine.IVersionProvider;

/** The version that the build has written into the manifest of the tools jar. */
final class JarVersion implements IVersionProvider {
    @Override
    public String[] getVersion() {
        final String version = Main.class.getPackage().getImplementationVersion();
        return new String[] {"iocp4j-tools " + (version == null ? "(not run from its jar)" : version)};
    }
}
