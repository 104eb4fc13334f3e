#!/usr/bin/env python3
"""The presets, vcpkg.json and the triplets agree with each other and with the project. What an NDK, vcpkg or Xcode would make
of them is not tested: doubles of the first two say which settings reach them (docs/not-run-here.md)."""
from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

sys.dont_write_bytecode = True
ROOT = Path(__file__).resolve().parent.parent.parent
TRIPLETS = ROOT / "cmake" / "triplets"
PRESETS = json.loads((ROOT / "CMakePresets.json").read_text(encoding="utf-8"))
CONFIGURE = {preset["name"]: preset for preset in PRESETS["configurePresets"]}
ANDROID = ("arm64-v8a", "armeabi-v7a", "x86_64", "x86")
# What the double of vcpkg's toolchain is given, and what FindPkgConfig will ask.
RECORDED = ("VCPKG_TARGET_TRIPLET", "VCPKG_OVERLAY_TRIPLETS", "VCPKG_CHAINLOAD_TOOLCHAIN_FILE", "ANDROID_ABI", "ANDROID_PLATFORM",
            "ANDROID_STL", "ANDROID_SUPPORT_FLEXIBLE_PAGE_SIZES", "CMAKE_BUILD_TYPE")
VCPKG = """file(WRITE "${CMAKE_BINARY_DIR}/settings.txt" "")
foreach(name %s)
    file(APPEND "${CMAKE_BINARY_DIR}/settings.txt" "${name}=${${name}}\\n")
endforeach()
set(VCPKG_INSTALLED_DIR "${CMAKE_BINARY_DIR}/vcpkg_installed" CACHE PATH "")
""" % " ".join(RECORDED)
PROJECT = """cmake_minimum_required(VERSION 3.22)
project(double NONE)
file(APPEND "${CMAKE_BINARY_DIR}/settings.txt" "PKG_CONFIG_LIBDIR=$ENV{PKG_CONFIG_LIBDIR}\\n")
"""


def resolved(name: str) -> dict[str, object]:
    """A preset's own settings over those it inherits."""
    preset = CONFIGURE[name]
    parents = preset.get("inherits", [])
    out: dict[str, object] = {"cacheVariables": {}}
    for parent in [parents] if isinstance(parents, str) else parents:
        out |= {key: value for key, value in resolved(parent).items() if key not in ("name", "hidden", "displayName")}
    variables = {**out["cacheVariables"], **preset.get("cacheVariables", {})}
    return out | preset | {"cacheVariables": variables}


def settings(triplet: str) -> dict[str, str]:
    text = (TRIPLETS / f"{triplet}.cmake").read_text(encoding="utf-8")
    return {name: value.strip('"') for name, value in re.findall(r"^set\((\w+) ([^)]+)\)$", text, re.MULTILINE)}


def mobile() -> list[str]:
    return [name for name, preset in CONFIGURE.items() if not preset.get("hidden") and "toolchainFile" in resolved(name)]


class Presets(unittest.TestCase):
    def test_cmake_reads_them(self) -> None:
        listed = subprocess.run(["cmake", "--list-presets=all"], cwd=ROOT, capture_output=True, text=True, check=False)
        self.assertEqual(listed.returncode, 0, listed.stderr)
        for name in ("release", "dev", "asan", "tsan", *(f"android-{abi}" for abi in ANDROID)):
            self.assertIn(f'"{name}"', listed.stdout)

    def test_each_can_be_built_by_its_name(self) -> None:
        built = {preset["name"]: preset["configurePreset"] for preset in PRESETS["buildPresets"]}
        visible = [name for name, preset in CONFIGURE.items() if not preset.get("hidden")]
        self.assertEqual(built, {name: name for name in visible})

    def test_folders_do_not_meet(self) -> None:
        for name in CONFIGURE:
            self.assertEqual(resolved(name)["binaryDir"], "${sourceDir}/build/${presetName}")

    def test_files_exist(self) -> None:
        text = json.dumps(PRESETS)
        named = set(re.findall(r"\$\{sourceDir\}/((?!build/)[^\"$]+)", text))
        self.assertEqual(named, {"cmake/MobileToolchain.cmake", "cmake/triplets"})
        for name in named:
            self.assertTrue((ROOT / name).exists(), name)

    def test_settings_of_the_project_exist(self) -> None:
        sources = "".join(path.read_text(encoding="utf-8") for path in
                          (ROOT / "CMakeLists.txt", *(ROOT / "cmake").glob("*.cmake"), *(ROOT / "tests").glob("CMakeLists.txt")))
        used = {name for preset in CONFIGURE.values() for name in preset.get("cacheVariables", {}) if name.startswith("CREDIT_")}
        self.assertGreaterEqual(len(used), 4)
        for name in used:
            self.assertRegex(sources, rf"(option|set)\({name} ", name)


class Mobile(unittest.TestCase):
    def test_all_systems_are_there(self) -> None:
        self.assertEqual(set(mobile()), {*(f"android-{abi}" for abi in ANDROID), "ios-device", "ios-simulator",
                                         "ios-simulator-x86_64"})

    def test_android(self) -> None:
        script = (ROOT / "scripts" / "package-android").read_text(encoding="utf-8")
        pairs = dict(pair.split(":") for pair in re.search(r"^abis=\((.*)\)$", script, re.MULTILINE)[1].split())
        self.assertEqual(set(pairs), set(ANDROID))
        least = re.search(r"^minimum_api=(\d+)$", script, re.MULTILINE)[1]
        for abi in ANDROID:
            values = resolved(f"android-{abi}")["cacheVariables"]
            triplet = settings(values["VCPKG_TARGET_TRIPLET"])
            self.assertEqual((values["ANDROID_ABI"], values["VCPKG_TARGET_TRIPLET"]), (abi, pairs[abi]))
            self.assertEqual(values["ANDROID_PLATFORM"], f"android-{least}")
            self.assertEqual(triplet["VCPKG_CMAKE_SYSTEM_VERSION"], least)
            self.assertIn(f"-DANDROID_ABI={abi}", triplet["VCPKG_CMAKE_CONFIGURE_OPTIONS"].split())
            self.assertEqual(values["ANDROID_SUPPORT_FLEXIBLE_PAGE_SIZES"], "ON")

    def test_one_smallest_ndk(self) -> None:
        script = re.search(r"^minimum_ndk=(\d+)$", (ROOT / "scripts/package-android").read_text(encoding="utf-8"), re.MULTILINE)
        toolchain = re.search(r"CREDIT_MINIMUM_NDK (\d+)\)", (ROOT / "cmake/MobileToolchain.cmake").read_text(encoding="utf-8"))
        self.assertEqual(script[1], toolchain[1])

    def test_ios(self) -> None:
        pod = (ROOT / "bindings/swift/apple/CreditSDK.podspec").read_text(encoding="utf-8")
        least = re.search(r"spec\.ios\.deployment_target = '([\d.]+)'", pod)[1]
        for name in (name for name in mobile() if name.startswith("ios-")):
            preset = resolved(name)
            values = preset["cacheVariables"]
            triplet = settings(values["VCPKG_TARGET_TRIPLET"])
            self.assertEqual(preset["condition"]["rhs"], "Darwin")
            self.assertEqual((values["CMAKE_OSX_DEPLOYMENT_TARGET"], triplet["VCPKG_OSX_DEPLOYMENT_TARGET"]), (least, least))
            self.assertEqual(values["CMAKE_OSX_SYSROOT"], triplet["VCPKG_OSX_SYSROOT"])
            self.assertEqual(values["CMAKE_OSX_ARCHITECTURES"], triplet["VCPKG_OSX_ARCHITECTURES"])

    def test_triplets_of_the_package_scripts_exist(self) -> None:
        apple = subprocess.run([ROOT / "scripts/package-apple", "--plan"], capture_output=True, text=True, check=True).stdout
        named = set(re.findall(r"--triplet (\S+) ", apple))
        named |= {resolved(f"android-{abi}")["cacheVariables"]["VCPKG_TARGET_TRIPLET"] for abi in ANDROID}
        self.assertEqual(named, {path.stem for path in TRIPLETS.glob("*.cmake")})
        mac = re.search(r"spec\.osx\.deployment_target = '([\d.]+)'",
                        (ROOT / "bindings/swift/apple/CreditSDK.podspec").read_text(encoding="utf-8"))[1]
        for name in ("arm64-osx", "x64-osx"):
            self.assertEqual(settings(name)["VCPKG_OSX_DEPLOYMENT_TARGET"], mac)


class Libraries(unittest.TestCase):
    """vcpkg.json asks for what the project asks CMake and pkg-config for."""

    manifest = json.loads((ROOT / "vcpkg.json").read_text(encoding="utf-8"))

    def test_the_same_libraries(self) -> None:
        text = "".join(path.read_text(encoding="utf-8") for top in ("core", "capi", "platform")
                       for path in (ROOT / top).rglob("CMakeLists.txt"))
        wanted = {name.lower() for name in re.findall(r"find_package\((\w+)", text)} - {"pkgconfig", "threads"}
        wanted |= {name for name in re.findall(r"pkg_check_modules\([^)]* (lib\w+)\)", text)}
        self.assertEqual({one["name"] for one in self.manifest["dependencies"]}, wanted)

    def test_no_older_curl_than_cmake_takes(self) -> None:
        curl = next(one for one in self.manifest["dependencies"] if one["name"] == "curl")
        wanted = re.search(r"find_package\(CURL ([\d.]+)", (ROOT / "capi/CMakeLists.txt").read_text(encoding="utf-8"))[1]
        self.assertEqual(curl["version>="].split(".")[:2], wanted.split("."))
        self.assertIn("ssl", curl["features"])

    def test_json_is_read_with_all_its_checks(self) -> None:
        # Without its default features simdjson takes text that is no UTF-8.
        simdjson = next(one for one in self.manifest["dependencies"] if one["name"] == "simdjson")
        self.assertNotIn("default-features", simdjson)

    def test_least_versions_need_a_baseline(self) -> None:
        self.assertRegex(self.manifest["builtin-baseline"], r"^[0-9a-f]{40}$")


class Toolchain(unittest.TestCase):
    """What reaches vcpkg and the NDK, and what is said where they are not."""

    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory(prefix="credit-presets-")
        self.addCleanup(folder.cleanup)
        self.place = Path(folder.name).resolve()
        self.vcpkg, self.ndk, self.source = (self.place / name for name in ("vcpkg", "ndk", "source"))
        (self.vcpkg / "scripts/buildsystems").mkdir(parents=True)
        (self.vcpkg / "scripts/buildsystems/vcpkg.cmake").write_text(VCPKG, encoding="utf-8")
        self.ndk.mkdir()
        (self.ndk / "source.properties").write_text("Pkg.Desc = Android NDK\nPkg.Revision = 28.1.13356709\n", encoding="utf-8")
        self.source.mkdir()
        (self.source / "CMakeLists.txt").write_text(PROJECT, encoding="utf-8")
        (self.source / "CMakePresets.json").write_text(json.dumps(PRESETS), encoding="utf-8")
        (self.source / "cmake").symlink_to(ROOT / "cmake")

    def configure(self, preset: str, **environment: str) -> subprocess.CompletedProcess[str]:
        plain = {name: value for name, value in os.environ.items() if not name.startswith(("VCPKG", "ANDROID"))}
        return subprocess.run(["cmake", "--preset", preset], cwd=self.source, capture_output=True, text=True, check=False,
                              env=plain | environment)

    def refused(self, why: str, **environment: str) -> None:
        done = self.configure("android-arm64-v8a", **environment)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn(why, " ".join(done.stderr.split()))

    def test_settings_arrive(self) -> None:
        for abi in ANDROID:
            name = f"android-{abi}"
            done = self.configure(name, VCPKG_ROOT=str(self.vcpkg), ANDROID_NDK_HOME=str(self.ndk))
            self.assertEqual(done.returncode, 0, done.stderr)
            build = self.source / "build" / name
            arrived = dict(line.split("=", 1) for line in (build / "settings.txt").read_text(encoding="utf-8").splitlines())
            values = resolved(name)["cacheVariables"]
            triplet = values["VCPKG_TARGET_TRIPLET"]
            self.assertEqual(arrived, {
                "VCPKG_TARGET_TRIPLET": triplet, "VCPKG_OVERLAY_TRIPLETS": str(self.source / "cmake/triplets"),
                "VCPKG_CHAINLOAD_TOOLCHAIN_FILE": str(self.ndk / "build/cmake/android.toolchain.cmake"),
                "ANDROID_ABI": abi, "ANDROID_PLATFORM": "android-24", "ANDROID_STL": "c++_static",
                "ANDROID_SUPPORT_FLEXIBLE_PAGE_SIZES": "ON", "CMAKE_BUILD_TYPE": "Release",
                "PKG_CONFIG_LIBDIR": str(build / "vcpkg_installed" / triplet / "lib/pkgconfig")})

    def test_no_vcpkg(self) -> None:
        self.refused("There is no vcpkg in ''. Set VCPKG_ROOT", ANDROID_NDK_HOME=str(self.ndk))
        self.refused("There is no vcpkg in '/nowhere'. Set VCPKG_ROOT", VCPKG_ROOT="/nowhere", ANDROID_NDK_HOME=str(self.ndk))

    def test_what_was_set_once_is_remembered(self) -> None:
        there = {"VCPKG_ROOT": str(self.vcpkg), "ANDROID_NDK_HOME": str(self.ndk)}
        self.refused("There is no vcpkg")
        self.assertEqual(self.configure("android-arm64-v8a", **there).returncode, 0)
        self.assertEqual(self.configure("android-arm64-v8a").returncode, 0)
        self.refused("There is no vcpkg in '/nowhere'", VCPKG_ROOT="/nowhere")

    def test_no_ndk(self) -> None:
        self.refused("There is no NDK r28 or later in ''. Set ANDROID_NDK_HOME", VCPKG_ROOT=str(self.vcpkg))

    def test_an_ndk_that_is_too_old(self) -> None:
        for text in ("Pkg.Revision = 27.2.12479018\n", "Pkg.Revision = 9.0\n", "Pkg.Desc = Android NDK\n", ""):
            (self.ndk / "source.properties").write_text(text, encoding="utf-8")
            self.refused("There is no NDK r28 or later", VCPKG_ROOT=str(self.vcpkg), ANDROID_NDK_HOME=str(self.ndk))

    @unittest.skipIf(sys.platform == "darwin", "there it may be used")
    def test_ios_is_for_a_mac(self) -> None:
        done = self.configure("ios-device", VCPKG_ROOT=str(self.vcpkg))
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("disabled", done.stderr)


if __name__ == "__main__":
    unittest.main()
