# Robolectric, Android's framework and OkHttp, kept in a cache folder. To be sourced by bash.
#
# android_libraries DIR   DIR holds pom.xml and libraries.sha256. Sets android_folder (all jars), android_framework (Android
#                         itself), android_okhttp and android_test_libraries; or returns 1 with libraries_missing.

libraries_missing=

android_libraries() {
    local sums=$1/libraries.sha256 archive jar
    local cache=${XDG_CACHE_HOME:-$HOME/.cache}/credit-sdk/android-$(cat "$1/pom.xml" "$sums" | sha256sum | cut -c1-16)
    android_folder=$cache/lib
    if [ ! -f "$cache/complete" ]; then
        command -v mvn >/dev/null || { libraries_missing="no Maven to fetch Robolectric with (maven)"; return 1; }
        mkdir -p "$cache"
        if ! mvn -q -B -f "$1/pom.xml" dependency:copy-dependencies "-DoutputDirectory=$android_folder" >"$cache/fetch.log" 2>&1; then
            libraries_missing="Robolectric could not be fetched: $(grep -m 1 ERROR "$cache/fetch.log" | cut -c1-120 | sed 's|https\?://[^ ]*||g')"
            return 1
        fi
        if ! (cd "$android_folder" && sha256sum --quiet --strict -c "$sums") >>"$cache/fetch.log" 2>&1; then
            libraries_missing="what was fetched is not what libraries.sha256 names"
            return 1
        fi
        for archive in "$android_folder"/*.aar; do
            unzip -qo -p "$archive" classes.jar >"${archive%.aar}-classes.jar" || return 1
        done
        touch "$cache/complete"
    fi
    android_framework=$(echo "$android_folder"/android-all-instrumented-*.jar)
    android_okhttp=$(echo "$android_folder"/okhttp-4*.jar):$(echo "$android_folder"/okio-jvm-*.jar)
    android_test_libraries=
    # okio-3.6.0.jar holds no classes for the JVM; the framework comes last, behind whatever shadows it.
    for jar in "$android_folder"/*.jar; do
        case $jar in */android-all-*|*/okio-3*) ;; *) android_test_libraries+=$jar: ;; esac
    done
    android_test_libraries+=$android_framework
}
