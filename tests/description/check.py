"""Compares the running sandbox with its description, both ways. Started by ./run, which brings the packages."""

import copy
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time

import yaml

import scene

HERE = pathlib.Path(__file__).resolve().parent
SOURCES = HERE.parent.parent / "samples" / "sandbox"
DESCRIPTION = SOURCES / "openapi.yaml"
METHODS = {"get", "put", "post", "patch", "delete"}
# A machine with nothing else to do needs about a minute; a crowded one shall not be called a failure.
SECONDS = 420


class Check:
    """Runs of schemathesis against one sandbox, over TLS."""

    def __init__(self, ready, folder):
        self.ready = ready
        self.folder = pathlib.Path(folder)
        self.deadline = time.monotonic() + SECONDS

    def run(self, description, name, *arguments):
        """Whether they agree, what was said, and which status each operation was seen to answer."""
        file = self.folder / f"{name}.yaml"
        file.write_text(yaml.safe_dump(description, allow_unicode=True), encoding="utf-8")
        seen = self.folder / f"{name}.seen"
        seen.touch()
        environment = {
            **os.environ,
            "PYTHONPATH": str(HERE),
            "SCHEMATHESIS_HOOKS": "hooks",
            "CREDIT_DESCRIPTION_READY": json.dumps(self.ready),
            "CREDIT_DESCRIPTION_SEEN": str(seen),
        }
        command = [
            str(pathlib.Path(sys.executable).parent / "schemathesis"),
            "--config-file", str(HERE / "schemathesis.toml"),
            "run", str(file),
            "--url", self.ready["url"],
            "--tls-verify", self.ready["ca_file"],
            "--phases", "coverage,fuzzing",
            "--max-examples", "3",
            "--generation-deterministic",
            "--no-color",
            *arguments,
        ]
        done = subprocess.run(
            command, env=environment, cwd=self.folder, capture_output=True, text=True,
            timeout=max(1, self.deadline - time.monotonic()),
        )
        if done.returncode not in (0, 1):
            raise RuntimeError(f"schemathesis could not run:\n{done.stdout}{done.stderr}")
        answers = {tuple(line.split()) for line in seen.read_text(encoding="utf-8").splitlines()}
        return done.returncode == 0, done.stdout + done.stderr, answers


def operations(description):
    for path in description["paths"].values():
        for method, operation in path.items():
            if method in METHODS:
                yield operation


def routes_of_the_program():
    """Path and methods of every route, from the tables in the program's sources."""
    routes = set()
    for file in ("routes.cpp", "hosted_page_api.cpp"):
        text = (SOURCES / file).read_text(encoding="utf-8")
        for name, value in re.findall(r"#define (\w+) (.+)", text)[::-1]:
            text = re.sub(rf"\b{name}\b", lambda _: value, text)
        text = re.sub(r'"\s+"', "", text)  # pieces of one literal
        for path, methods in re.findall(r'\{\s*"(/api/[^"]*)",\s*"([A-Z, ]+)"', text):
            routes.update((re.sub(r"\{\w*\}", "{}", path), method) for method in methods.split(", "))
    return routes


def undescribed(description, routes):
    """What the program answers and nobody described, and what is described and has no route."""
    described = {
        (re.sub(r"\{\w*\}", "{}", path), method.upper())
        for path, operations_of_it in description["paths"].items()
        for method in operations_of_it
        if method in METHODS
    }
    for path, method in sorted(routes - described):
        yield f"a route nobody described: {method} {path}"
    for path, method in sorted(described - routes):
        yield f"described, and no route: {method} {path}"


def never_seen(description, answers):
    """What is described as an answer to a good call, and never came: a description of nothing."""
    for operation in operations(description):
        for status in operation["responses"]:
            good = status.startswith("2") or status == "501"
            if good and (operation["operationId"], status) not in answers:
                yield f"{operation['operationId']} {status}"


def one(description, operation_id):
    return next(o for o in operations(description) if o["operationId"] == operation_id)


# Ways for a description to be wrong, each of which has to be found at the operation it names.
def asks_too_much_of_a_reply(description):
    description["components"]["schemas"]["JourneyState"]["required"].append("progress")
    return "showJourneyState"


def knows_too_little_of_a_reply(description):
    del description["components"]["schemas"]["Journey"]["properties"]["timelineState"]
    description["components"]["schemas"]["Journey"]["required"].remove("timelineState")
    return "showJourney"


def lets_through_what_is_refused(description):
    description["components"]["schemas"]["BankAccount"]["properties"]["accountNumber"] = {"type": "string"}
    return "submitBankMandate"


def refuses_what_is_let_through(description):
    description["components"]["schemas"]["Address"]["properties"]["pincode"]["pattern"] = "^[1-8][0-9]{5}$"
    description["components"]["schemas"]["ResumeMarkers"]["properties"]["lastCompletedStep"]["maxLength"] = 3
    return "keepResumeMarkers"


def leaves_a_status_out(description):
    del one(description, "listJourneys")["responses"]["401"]
    return "listJourneys"


def names_another_code(description):
    invalid = description["components"]["responses"]["InvalidSession"]["content"]["application/json"]["schema"]
    invalid["allOf"][1]["properties"]["error"]["properties"]["code"]["const"] = "TOKEN_EXPIRED"
    return "showOffer"


def promises_what_is_not_simulated(description):
    responses = one(description, "showLabFeatures")["responses"]
    responses["200"] = responses.pop("501")
    return "showLabFeatures"


def forgets_a_token_of_the_page(description):
    opened = description["components"]["schemas"]["OpenedPage"]
    del opened["properties"]["refreshToken"]
    opened["required"].remove("refreshToken")
    return "openPage"


def lets_a_page_through_without_consent(description):
    description["components"]["schemas"]["PageProfile"]["required"].remove("bureauConsent")
    return "submitPageProfile"


MISTAKES = [
    asks_too_much_of_a_reply,
    knows_too_little_of_a_reply,
    lets_through_what_is_refused,
    refuses_what_is_let_through,
    leaves_a_status_out,
    names_another_code,
    promises_what_is_not_simulated,
    forgets_a_token_of_the_page,
    lets_a_page_through_without_consent,
]


def compare(check, description):
    problems = 0
    agree, said, answers = check.run(description, "description", "--continue-on-failure")
    if not agree:
        problems += 1
        print(said)
    for what in undescribed(description, routes_of_the_program()):
        problems += 1
        print(what)
    for what in never_seen(description, answers):
        problems += 1
        print(f"described and never answered: {what}")
    count = len(list(operations(description)))
    print(f"{count} operations, {len(answers)} different answers: {'agree' if not problems else 'DISAGREE'}")
    return problems


def prove_it_finds(check, description):
    problems = 0
    for path in description["paths"]:
        wrong = {**description, "paths": {**description["paths"]}}
        del wrong["paths"][path]
        if not list(undescribed(wrong, routes_of_the_program())):
            problems += 1
            print(f"not found: a description without {path}")
    for mistake in MISTAKES:
        wrong = copy.deepcopy(description)
        operation = mistake(wrong)
        agree, _, _ = check.run(
            wrong, mistake.__name__, "--include-operation-id", operation, "--max-failures", "1"
        )
        if agree:
            problems += 1
            print(f"not found: a description that {mistake.__name__}")
    paths = len(description["paths"])
    print(f"{len(MISTAKES) + paths - problems} of {len(MISTAKES) + paths} mistakes in a description found")
    return problems


def main():
    started = time.monotonic()
    description = yaml.safe_load(DESCRIPTION.read_text(encoding="utf-8"))
    process, ready = scene.start_sandbox(sys.argv[1], dict(os.environ))
    try:
        helper = scene.Scene(ready["url"], ready["admin_url"], ready["ca_file"])
        # Only calls shall move journeys here.
        helper.admin("/settings", {"journeys_move": False})
        with tempfile.TemporaryDirectory() as folder:
            check = Check(ready, folder)
            problems = compare(check, description) + prove_it_finds(check, description)
    except (RuntimeError, subprocess.TimeoutExpired) as problem:
        print(f"tests/description: {problem}", file=sys.stderr)
        problems = 1
    finally:
        process.terminate()
        if process.wait(20) != 0:
            problems = 1
            print("the sandbox did not end in order", file=sys.stderr)
    print(f"{0 if problems else 1} passed, {1 if problems else 0} failed ({time.monotonic() - started:.0f} s)")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
