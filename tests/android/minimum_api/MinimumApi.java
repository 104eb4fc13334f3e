import java.io.File;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import org.codehaus.mojo.animal_sniffer.SignatureChecker;
import org.codehaus.mojo.animal_sniffer.logging.Logger;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/**
 * Whether the classes of some jars get along with the oldest Android that they promise.
 *
 * <p>MinimumApi SIGNATURES GUARDED JAR...: SIGNATURES is what that Android has (Animal Sniffer's format); GUARDED lists what is
 * used only where Build.VERSION.SDK_INT says that it is there: "class | what | why", one a line. Each line has to be needed,
 * and its class has to read SDK_INT.
 */
public final class MinimumApi {
    /** Other people's, whose own minimum is lower, and the classes under test themselves. */
    private static final Set<String> NOT_ANDROID =
            Set.of("kotlin.*", "kotlinx.*", "okhttp3.*", "okio.*", "com.aarthiklabs.*", "org.jetbrains.*");

    private final TreeMap<String, Set<String>> missing = new TreeMap<>();
    private final TreeSet<String> lookAtTheirAndroid = new TreeSet<>();
    private int classes = 0;

    public static void main(String[] arguments) throws IOException {
        MinimumApi check = new MinimumApi();
        for (int i = 2; i < arguments.length; ++i) check.look(arguments[0], new File(arguments[i]));
        int uses = check.missing.values().stream().mapToInt(Set::size).sum();
        List<String> wrong = check.compare(Path.of(arguments[1]));
        wrong.forEach(System.out::println);
        System.out.println(check.classes + " classes, " + uses + " uses of newer Androids, " + wrong.size() + " wrong");
        System.exit(wrong.isEmpty() && check.classes > 0 ? 0 : 1);
    }

    private void look(String signatures, File jar) throws IOException {
        try (InputStream known = new FileInputStream(signatures)) {
            SignatureChecker checker = new SignatureChecker(known, NOT_ANDROID, new Hears());
            checker.setSourcePath(List.of());
            checker.process(jar);
        }
        try (JarFile file = new JarFile(jar)) {
            for (JarEntry entry : file.stream().filter(e -> e.getName().endsWith(".class")).toList()) {
                ++classes;
                try (InputStream bytes = file.getInputStream(entry)) {
                    new ClassReader(bytes).accept(new LooksForVersion(), 0);
                }
            }
        }
    }

    private List<String> compare(Path guarded) throws IOException {
        List<String> wrong = new ArrayList<>();
        for (String line : Files.readAllLines(guarded)) {
            if (line.isBlank() || line.startsWith("#")) continue;
            String[] parts = line.split(" \\| ", 3);
            if (parts.length != 3) wrong.add("not \"class | what | why\": " + line);
            else if (!missing.getOrDefault(parts[0], Set.of()).remove(parts[1])) wrong.add("nobody needs: " + line);
            else if (!lookAtTheirAndroid.contains(parts[0])) wrong.add("does not read SDK_INT: " + parts[0]);
        }
        missing.forEach((user, what) -> what.forEach(it -> wrong.add(user + " | " + it)));
        return wrong;
    }

    private final class LooksForVersion extends ClassVisitor {
        private String name = "";

        LooksForVersion() {
            super(Opcodes.ASM9);
        }

        @Override
        public void visit(int version, int access, String of, String signature, String parent, String[] interfaces) {
            name = source(of.replace('/', '.'));
        }

        @Override
        public MethodVisitor visitMethod(int access, String method, String descriptor, String signature, String[] thrown) {
            return new MethodVisitor(Opcodes.ASM9) {
                @Override
                public void visitFieldInsn(int opcode, String owner, String field, String type) {
                    if (field.equals("SDK_INT")) lookAtTheirAndroid.add(name);
                }
            };
        }
    }

    /** The class as its file is called: what lies in it belongs together. */
    private static String source(String className) {
        int nested = className.indexOf('$');
        return nested < 0 ? className : className.substring(0, nested);
    }

    private final class Hears implements Logger {
        @Override
        public void error(String line) {
            // jar:path/of/Class.class:12: Undefined reference: what
            int what = line.indexOf("Undefined reference: ");
            if (what < 0) throw new IllegalStateException(line);
            String user = line.substring(0, what).replaceFirst("^.*?\\.jar[:!]/?", "").replaceFirst("\\.class.*$", "");
            missing.computeIfAbsent(source(user.replace('/', '.')), key -> new TreeSet<>())
                    .add(line.substring(what + "Undefined reference: ".length()));
        }

        @Override
        public void error(String line, Throwable cause) {
            throw new IllegalStateException(line, cause);
        }

        @Override
        public void warn(String line) {
            throw new IllegalStateException(line);
        }

        @Override
        public void warn(String line, Throwable cause) {
            throw new IllegalStateException(line, cause);
        }

        @Override
        public void info(String line) {}

        @Override
        public void info(String line, Throwable cause) {}

        @Override
        public void debug(String line) {}

        @Override
        public void debug(String line, Throwable cause) {}
    }
}
