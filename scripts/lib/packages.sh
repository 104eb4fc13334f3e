# Debian packages, checked with dpkg-query and installed only where missing. To be sourced by bash.

# What building the programs takes. Tests and bindings have lists of their own.
credit_build_packages=(
    g++ cmake ninja-build pkg-config
    libcurl4-openssl-dev libsimdjson-dev libsodium-dev libssl-dev libsqlite3-dev
    libcpp-httplib-dev nlohmann-json3-dev libcli11-dev libspdlog-dev
)
# What the demo needs besides: its driver's language, and a wrong clock for a whole process.
credit_demo_packages=(python3 libfaketime)

# What the tests need besides.
# shellcheck disable=SC2034
credit_test_packages=(git ccache curl python3-venv junit5 libgtest-dev libgmock-dev binutils openssl
    libsecret-1-dev gnome-keyring dbus dbus-bin python3-dbus python3-gi
    abigail-tools
    clang-19 llvm-19 libclang-rt-19-dev clang-format-19 clang-tidy-19 ca-certificates)

# What looking at the pages in a real browser takes.
# shellcheck disable=SC2034
credit_browser_packages=(chromium chromium-driver python3-selenium)

# What the Android library takes on the framework's own classes: their jars come through Maven.
# shellcheck disable=SC2034
credit_android_packages=(maven aapt unzip)

# What makes a site of the guide and the C reference.
# shellcheck disable=SC2034
credit_site_packages=(doxygen graphviz python3-venv)

# What making and looking at Debian packages takes.
# shellcheck disable=SC2034
credit_packaging_packages=(dpkg-dev file lintian)

# Prints those of the named packages that are not installed.
credit_missing_packages() {
    local name
    for name in "$@"; do
        dpkg-query -W -f '${db:Status-Status}\n' "$name" 2>/dev/null | grep -qx installed || echo "$name"
    done
}

# Makes sure that the named packages are installed; needs no network when they are. 1 with a message otherwise.
credit_need_packages() {
    local missing as_root=() log
    if ! command -v dpkg-query >/dev/null; then
        echo "This is no Debian. Needed, under the names your system gives them: $*" >&2
        return 0
    fi
    mapfile -t missing < <(credit_missing_packages "$@")
    ((${#missing[@]})) || return 0
    if ((EUID != 0)); then
        if ! command -v sudo >/dev/null; then
            echo "Missing packages: ${missing[*]}" >&2
            echo "Neither root nor sudo here. As root: apt-get install --no-install-recommends ${missing[*]}" >&2
            return 1
        fi
        as_root=(sudo)
    fi
    echo "Installing ${missing[*]}"
    log=$(mktemp)
    if { "${as_root[@]}" apt-get update -qq || true; } >"$log" 2>&1 &&
        "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
            apt-get install -y -qq --no-install-recommends "${missing[@]}" >>"$log" 2>&1; then
        rm -f "$log"
        return 0
    fi
    tail -n 25 "$log" >&2
    rm -f "$log"
    echo "apt-get could not install: ${missing[*]}" >&2
    return 1
}
