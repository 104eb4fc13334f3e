# The Kotlin compiler, pinned by package-lock.json and kept in a cache folder. To be sourced by bash.
#
# kotlin_toolchain DIR   DIR holds package.json and package-lock.json. Sets JAVA_HOME, kotlin_home, kotlin_libraries,
#                        kotlin_test_libraries, junit_libraries and defines kotlinc and kotlin_api; or returns 1 with
#                        toolchain_missing.

toolchain_missing=

kotlin_toolchain() {
    local lock=$1/package-lock.json junit=/usr/share/java
    if [ -z "${JAVA_HOME:-}" ] || [ ! -x "$JAVA_HOME/bin/javac" ]; then
        local javac
        javac=$(command -v javac) || { toolchain_missing="no JDK (openjdk-17-jdk-headless)"; return 1; }
        JAVA_HOME=$(dirname "$(dirname "$(readlink -f "$javac")")")
    fi
    export JAVA_HOME
    [ -f "$junit/junit-platform-console-standalone.jar" ] || { toolchain_missing="no JUnit (junit5)"; return 1; }
    kotlin_cache=${XDG_CACHE_HOME:-$HOME/.cache}/credit-sdk/kotlin-$(sha256sum "$lock" | cut -c1-16)
    if [ ! -f "$kotlin_cache/complete" ]; then
        command -v npm >/dev/null || { toolchain_missing="no Kotlin compiler, and no npm to fetch it (nodejs, npm)"; return 1; }
        mkdir -p "$kotlin_cache"
        cp "$1/package.json" "$lock" "$kotlin_cache/"
        # The lock file holds a checksum of what is fetched.
        (cd "$kotlin_cache" && npm ci --no-audit --no-fund) >"$kotlin_cache/fetch.log" 2>&1 ||
            { toolchain_missing="the Kotlin compiler could not be fetched: $(tail -1 "$kotlin_cache/fetch.log")"; return 1; }
        touch "$kotlin_cache/complete"
    fi
    kotlin_home=$kotlin_cache/node_modules/kotlin-compiler
    kotlin_libraries=$kotlin_home/lib/kotlin-stdlib.jar:$kotlin_home/lib/kotlinx-coroutines-core-jvm.jar
    kotlin_test_libraries=$kotlin_home/lib/kotlin-test.jar:$kotlin_home/lib/kotlin-test-junit5.jar
    junit_libraries=$junit/junit-platform-console-standalone.jar
    local jar
    for jar in apiguardian-api picocli opentest4j univocity-parsers; do
        junit_libraries+=:$junit/$jar.jar
    done
}

kotlinc() {
    "$JAVA_HOME/bin/java" -Xmx1g -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -cp "$kotlin_home/lib/kotlin-compiler.jar" \
        org.jetbrains.kotlin.cli.jvm.K2JVMCompiler -kotlin-home "$kotlin_home" -no-stdlib -no-reflect "$@"
}

# What other programs see of the classes that jvm-abi-gen left in a folder.
kotlin_api() {
    (cd "$1" && find . -name '*.class' | sed 's|^\./||; s|\.class$||' | LC_ALL=C sort) |
        xargs "$JAVA_HOME/bin/javap" -protected -cp "$1" |
        grep -vE '^Compiled from|DefaultConstructorMarker'
}
