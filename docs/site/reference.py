"""The C reference: what doxygen reads in credit.h, as pages of the site."""
from __future__ import annotations

import re
import subprocess
import xml.etree.ElementTree as ET
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
HEADER = ROOT / "capi" / "include" / "credit" / "credit.h"
BANNER = re.compile(r"^/\* -{20,} (?P<title>[\w ]+)\n?(?P<text>.*?)\*/", re.S | re.M)
CODE = re.compile(r"(`[^`|]+`)")
LONGEST_LINE = 76
NAME = re.compile(r"\bcredit(?:\\_[a-z0-9]+)+")
MARKUP = re.compile(r"([\\`*_{}\[\]<>#|])")


@dataclass
class Section:
    title: str
    line: int
    text: str

    @property
    def page(self) -> str:
        return self.title.replace(" ", "-") + ".md"


def escaped(text: str) -> str:
    """The text as Markdown that shows it as it is; what stands between backticks is code."""
    parts = CODE.split(text)
    return "".join(part if CODE.fullmatch(part) else MARKUP.sub(r"\\\1", part) for part in parts)


def said(element: ET.Element | None) -> str:
    return " ".join("".join(element.itertext()).split()) if element is not None else ""


def comment(text: str) -> str:
    """A comment's text without the stars at the left."""
    return " ".join(re.sub(r"^ \* ?", "", line) for line in text.splitlines()).strip()


def run_doxygen(work: Path) -> ET.Element:
    """The header as doxygen describes it; anything it complains about is an error."""
    settings = (HERE / "Doxyfile").read_text(encoding="utf-8")
    settings += f'\nINPUT = "{HEADER}"\nOUTPUT_DIRECTORY = "{work}"\nINPUT_FILTER = "{HERE}/doxygen_filter.py"\n'
    ran = subprocess.run(["doxygen", "-"], input=settings, text=True, capture_output=True, check=True, cwd=work)
    if ran.stderr.strip():
        raise RuntimeError(f"doxygen complains:\n{ran.stderr}")
    return ET.parse(work / "xml" / "credit_8h.xml").getroot()


class Reference:
    def __init__(self, work: Path) -> None:
        self.header = HEADER.read_text(encoding="utf-8")
        self.lines = self.header.splitlines()
        self.work = work
        members = list(run_doxygen(work).iter("memberdef"))
        self.members = sorted(members, key=lambda member: int(member.find("location").get("line")))
        self.sections = [Section(found["title"].strip(), self.header.count("\n", 0, found.start()) + 1, comment(found["text"]))
                         for found in BANNER.finditer(self.header)]
        if not self.sections:
            raise RuntimeError("credit.h has no banners")
        self.functions: set[str] = set()
        self.places = {member.findtext("name"): section.page for member in self.members
                       if (section := self.section_of(int(member.find("location").get("line")))) is not None
                       and member.get("kind") != "define"}

    def linked(self, text: str) -> str:
        """The text as Markdown, with every name that the reference explains leading there."""
        return NAME.sub(lambda found: f"[{found[0]}]({self.places[name]}#{name})"
                        if (name := found[0].replace("\\", "")) in self.places else found[0], escaped(text))

    def section_of(self, line: int) -> Section | None:
        return next((section for section in reversed(self.sections) if section.line <= line), None)

    def declaration(self, line: int) -> str:
        """The declaration that begins in this line, as it stands in the header, without the macros of linkage."""
        text = "\n".join(self.lines[line - 1:line + 12])
        text = text[:text.index(";") + 1]
        text = re.sub(r"CREDIT_(API|MUST_USE) |CREDIT_NONNULL ?", "", text).replace(" CREDIT_NOEXCEPT", "")
        text = text.replace("CREDIT_NULLABLE", "_Nullable")
        first, *rest = text.splitlines()
        return " ".join([first.strip(), *(line.strip() for line in rest)])

    def function(self, member: ET.Element) -> str:
        name = member.findtext("name")
        self.functions.add(name)
        line = int(member.find("location").get("line"))
        code = f"{member.findtext('definition')}{member.findtext('argsstring')};"  # inline
        if "CREDIT_API" in self.lines[line - 1]:
            code = self.declaration(line)
        if len(code) > LONGEST_LINE:
            code = re.sub(r", (?=\S)", ",\n    ", code).replace("(", "(\n    ", 1)
        return f"### {escaped(name)} {{ #{name} }}\n\n```c\n{code}\n```\n\n{self.linked(said(member.find('detaileddescription')))}\n"

    def enum(self, member: ET.Element) -> str:
        name = member.findtext("name")
        rows = [f"| `{value.findtext('name')}` | {value.findtext('initializer').lstrip('= ')} "
                f"| {self.linked(said(value.find('detaileddescription')))} |" for value in member.findall("enumvalue")]
        return (f"### {escaped(name)} {{ #{name} }}\n\n{self.linked(said(member.find('detaileddescription')))}\n\n"
                "| constant | value | |\n|---|---|---|\n" + "\n".join(rows) + "\n")

    def typedef(self, member: ET.Element) -> str:
        name = member.findtext("name")
        text = self.linked(said(member.find("detaileddescription")))
        described = self.work / "xml" / f"struct{name.replace('_', '__')}.xml"
        if not described.exists():
            definition = " ".join(member.findtext("definition").split()) + ";"
            return f"### {escaped(name)} {{ #{name} }}\n\n```c\n{definition}\n```\n\n{text}\n"
        rows = []
        for field in ET.parse(described).getroot().iter("memberdef"):
            kind = said(field.find("type"))
            shape = kind.replace("(*", f"(*{field.findtext('name')}") + (field.findtext("argsstring") or "") if "(*" in kind \
                else f"{kind} {field.findtext('name')}"
            shape = shape.replace(") )(", ") (").replace("))(", ")(")
            rows.append(f"| `{shape}` | {self.linked(said(field.find('detaileddescription')))} |")
        return f"### {escaped(name)} {{ #{name} }}\n\n{text}\n\n| field | |\n|---|---|\n" + "\n".join(rows) + "\n"

    def define(self, member: ET.Element) -> str:
        value, _, behind = member.findtext("initializer").partition("/*")
        text = " ".join((said(member.find("detaileddescription")), behind.replace("*/", "").strip())).strip()
        return (f"### {escaped(member.findtext('name'))}\n\n```c\n#define {member.findtext('name')} {value.strip()}\n```\n\n"
                f"{escaped(text)}\n")

    def member(self, member: ET.Element) -> str:
        writers = {"function": self.function, "enum": self.enum, "typedef": self.typedef, "define": self.define}
        return writers[member.get("kind")](member)

    def rules(self) -> str:
        """The rules and the table that stand at the header's top."""
        top = self.header[self.header.index("RULES, once"):self.header.index("#ifndef CREDIT_CREDIT_H")]
        return "\n".join(re.sub(r"^ \* ?", "", line) for line in top.splitlines()).replace("*/", "").rstrip()

    def write(self, folder: Path) -> None:
        folder.mkdir(parents=True)
        pages: dict[str, list[str]] = {}
        for member in self.members:
            section = self.section_of(int(member.find("location").get("line")))
            if section is not None:
                pages.setdefault(section.title, []).append(self.member(member))
        index = ["# C reference", "", "Made by doxygen from `credit/credit.h`. What the header says first:", "",
                 "```text", self.rules(), "```", ""]
        for section in self.sections:
            if section.title not in pages:
                raise RuntimeError(f"nothing stands below the banner '{section.title}'")
            title = section.title.capitalize()
            index.append(f"- [{title}]({section.page})")
            body = f"# {title}\n\n{escaped(section.text)}\n\n" + "\n".join(pages[section.title])
            (folder / section.page).write_text(body, encoding="utf-8")
        (folder / "index.md").write_text("\n".join(index) + "\n", encoding="utf-8")
