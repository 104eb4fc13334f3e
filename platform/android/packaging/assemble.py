#!/usr/bin/env python3
"""Puts an AAR and its POM together, the same bytes for the same input, and reads the result again.

    assemble.py --out DIR --version VERSION --root TREE --classes CLASSES.jar --libraries DIR --minimum-api 24
                --kotlin VERSION --coroutines VERSION --okhttp VERSION

--libraries holds one folder per ABI with libcredit.so and libcredit_jni.so.
"""
from __future__ import annotations

import argparse
import json
import re
import sys
import xml.etree.ElementTree as xml
import zipfile
from pathlib import Path

LIBRARIES = ("libcredit.so", "libcredit_jni.so")
EPOCH = (1980, 1, 1, 0, 0, 0)
POM = """<?xml version="1.0" encoding="UTF-8"?>
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>com.aarthiklabs</groupId>
  <artifactId>credit-android</artifactId>
  <version>{version}</version>
  <packaging>aar</packaging>
  <name>Credit SDK for Android</name>
  <dependencies>
{dependencies}
  </dependencies>
</project>
"""
DEPENDENCY = """    <dependency>
      <groupId>{group}</groupId>
      <artifactId>{artifact}</artifactId>
      <version>{version}</version>
      <scope>compile</scope>{optional}
    </dependency>"""


def dependency(group: str, artifact: str, version: str, optional: bool = False) -> str:
    mark = "\n      <optional>true</optional>" if optional else ""
    return DEPENDENCY.format(group=group, artifact=artifact, version=version, optional=mark)


def pom(given: argparse.Namespace) -> str:
    return POM.format(version=given.version, dependencies="\n".join([
        dependency("org.jetbrains.kotlin", "kotlin-stdlib", given.kotlin),
        dependency("org.jetbrains.kotlinx", "kotlinx-coroutines-core", given.coroutines),
        dependency("com.squareup.okhttp3", "okhttp", given.okhttp, optional=True),
    ]))


def prefab(given: argparse.Namespace, abi: str) -> dict[str, object]:
    return {"abi": abi, "api": given.minimum_api, "ndk": given.ndk, "stl": "c++_static", "static": False}


def entries(given: argparse.Namespace) -> dict[str, bytes]:
    library = given.root / "platform/android/src/main"
    resources = sorted((library / "res").rglob("*.xml"))
    out = {
        "AndroidManifest.xml": (library / "AndroidManifest.xml").read_bytes(),
        "classes.jar": given.classes.read_bytes(),
        "proguard.txt": (given.root / "bindings/kotlin/consumer-rules.pro").read_bytes(),
        "R.txt": "".join(f"int {file.parent.name} {file.stem} 0x0\n" for file in resources).encode(),
        "META-INF/com/android/build/gradle/aar-metadata.properties":
            b"aarFormatVersion=1.0\naarMetadataVersion=1.0\nminCompileSdk=33\n",
        "prefab/prefab.json": dump({
            "name": "credit", "schema_version": 2, "dependencies": [], "version": given.version}),
        "prefab/modules/credit/module.json": dump({"export_libraries": [], "library_name": "libcredit"}),
        "prefab/modules/credit/include/credit/credit.h": (given.root / "capi/include/credit/credit.h").read_bytes(),
    }
    for file in resources:
        out[f"res/{file.relative_to(library / 'res')}"] = file.read_bytes()
    for abi in abis(given):
        for name in LIBRARIES:
            out[f"jni/{abi}/{name}"] = (given.libraries / abi / name).read_bytes()
        place = f"prefab/modules/credit/libs/android.{abi}"
        out[f"{place}/abi.json"] = dump(prefab(given, abi))
        out[f"{place}/libcredit.so"] = out[f"jni/{abi}/libcredit.so"]
    return out


def dump(value: dict[str, object]) -> bytes:
    return (json.dumps(value, indent=2) + "\n").encode()


def abis(given: argparse.Namespace) -> list[str]:
    return sorted(folder.name for folder in given.libraries.iterdir() if folder.is_dir())


def write(aar: Path, content: dict[str, bytes]) -> None:
    with zipfile.ZipFile(aar, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(content):
            info = zipfile.ZipInfo(name, EPOCH)
            info.external_attr = 0o644 << 16
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, content[name])


def problems(aar: Path, given: argparse.Namespace) -> list[str]:
    """What a build that takes the archive would stumble over, or a device."""
    out = []
    with zipfile.ZipFile(aar) as archive:
        names = set(archive.namelist())
        if archive.testzip():
            out.append("the archive is damaged")
        manifest = xml.fromstring(archive.read("AndroidManifest.xml"))
        space = "{http://schemas.android.com/apk/res/android}"
        if manifest.find("uses-sdk").get(space + "minSdkVersion") != str(given.minimum_api):
            out.append("the manifest has another minimum API")
        if manifest.find("application") is not None:
            out.append("the manifest says something about the application, which is the app's own business")
        for abi in abis(given):
            for name in LIBRARIES:
                if f"jni/{abi}/{name}" not in names:
                    out.append(f"{name} is missing for {abi}")
            if f"prefab/modules/credit/libs/android.{abi}/libcredit.so" not in names:
                out.append(f"C programs find nothing for {abi}")
        with zipfile.ZipFile(archive.open("classes.jar")) as classes:
            out += rules_keep(archive.read("proguard.txt").decode(), set(classes.namelist()))
            foreign = [n for n in classes.namelist() if n.endswith(".class") and not n.startswith("com/aarthiklabs/credit/")]
            out += [f"{name} is not ours" for name in foreign[:3]]
        out += [f"{name} is empty" for name in names if not archive.getinfo(name).file_size]
    xml.fromstring(pom(given))
    return out


def rules_keep(rules: str, classes: set[str]) -> list[str]:
    """Each class that the rules name in full is there, or renaming it in one place would break apps at run time."""
    named = set(re.findall(r"com(?:\.\w+)+\.[A-Z]\w*", rules))
    return [f"the consumer rules name {name}, which is not there" for name in sorted(named)
            if name.replace(".", "/") + ".class" not in classes]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("--out", "--root", "--classes", "--libraries"):
        parser.add_argument(name, type=Path, required=True)
    for name in ("--version", "--kotlin", "--coroutines", "--okhttp"):
        parser.add_argument(name, required=True)
    parser.add_argument("--minimum-api", type=int, required=True)
    parser.add_argument("--ndk", type=int, default=0, help="its major version; 0: built without one")
    given = parser.parse_args()
    if not abis(given):
        print("there are no libraries", file=sys.stderr)
        return 1
    given.out.mkdir(parents=True, exist_ok=True)
    name = f"credit-android-{given.version}"
    write(given.out / f"{name}.aar", entries(given))
    (given.out / f"{name}.pom").write_text(pom(given), encoding="utf-8")
    found = problems(given.out / f"{name}.aar", given)
    for problem in found:
        print(problem, file=sys.stderr)
    print(f"{given.out / name}.aar: {', '.join(abis(given))}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
