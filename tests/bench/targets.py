"""The targets: what each one runs, and what it asks for."""
from __future__ import annotations

import statistics
from dataclasses import dataclass, field

from measure import (ENOUGH, FOREIGN_LIMIT, Timings, Watch, fresh_folder, instructions_each, program, run, run_json,
                     system_calls_between_marks, timed)

# Where nothing better can be said of a promised flat line than that it does not rise by more than what rounds differ.
FLAT = 1.10
COLD_ROUNDS = 31
GROWTH_ROUNDS = 27  # at most
IDLE_SECONDS = 60


@dataclass
class Part:
    """One figure and its limit; `op` is <=, >= or ==."""
    name: str
    value: float
    op: str
    limit: float
    unit: str = "x"

    def ok(self) -> bool:
        return {"<=": self.value <= self.limit, ">=": self.value >= self.limit, "==": self.value == self.limit}[self.op]


@dataclass
class Result:
    """What came out for one target."""
    what: str
    parts: list[Part]
    notes: list[str] = field(default_factory=list)
    noisy: bool = False
    # Counts that may not grow, by the names they have in exact.json.
    counts: dict[str, float] = field(default_factory=dict)

    def ok(self) -> bool:
        return all(part.ok() for part in self.parts)


def rounds_note(timings: Timings, *names: str) -> tuple[list[str], bool]:
    """What has to be said of the rounds behind a ratio."""
    taken = [timings.of(name) for name in names]
    notes = ["; ".join(f"{name} {timing.median:.1f} ns" for name, timing in zip(names, taken))
             + f" (medians of {min(timing.rounds for timing in taken)} rounds"
             + f", {sum(timing.thrown_away for timing in taken)} noisy ones thrown away)"]
    if timings.missed:
        notes.append(f"{timings.missed} reads found no token")
    return notes, any(timing.noisy for timing in taken)


class TokenReads:
    """T1 to T3 share one run."""

    def __init__(self) -> None:
        self.timings: Timings | None = None

    def all(self) -> Timings:
        if self.timings is None:
            self.timings = timed("credit-bench-token", "^(floor_copy|sdk_copy|floor_borrow|sdk_borrow|cache_copy|cache_borrow)/")
        return self.timings

    def ratio(self, above: str, below: str) -> float:
        return self.all().of(above).median / self.all().of(below).median


READS = TokenReads()


def t1() -> Result:
    notes, noisy = rounds_note(READS.all(), "sdk_copy", "floor_copy")
    return Result("`copy_token` of 1 KB, 1 thread, against atomic load + boot-time clock + memcpy",
                  [Part("copy_token", READS.ratio("sdk_copy", "floor_copy"), "<=", 1.25)], notes, noisy)


def t2() -> Result:
    notes, noisy = rounds_note(READS.all(), "sdk_borrow", "floor_borrow")
    return Result("`current_token` and its release, 1 thread, against atomic load + boot-time clock",
                  [Part("current_token", READS.ratio("sdk_borrow", "floor_borrow"), "<=", 1.5)], notes, noisy)


def t3() -> Result:
    names = [f"{who}_{what}/threads:8" for what in ("copy", "borrow") for who in ("cache", "sdk")]
    notes, noisy = rounds_note(READS.all(), *names)
    return Result("8 threads, how many times faster than the comparison cache (mutex + clock + reference count)",
                  [Part("copy_token", READS.ratio(names[0], names[1]), ">=", 8),
                   Part("current_token", READS.ratio(names[2], names[3]), ">=", 4)], notes, noisy)


def t4() -> Result:
    few, many = Timings(), Timings()
    for done in range(GROWTH_ROUNDS):
        if done >= ENOUGH and few.quiet_enough() and many.quiet_enough():
            break
        for count, timings in ((1, few), (1000, many)):
            timed("credit-bench-token", "^(floor_copy|sdk_copy|sdk_copy_each|floor_borrow|sdk_borrow)/real_time$", tries=1,
                  rounds=1, into=timings, CREDIT_BENCH_SESSIONS=str(count))

    def growth(name: str, floor: str) -> float:
        return (many.of(name).median / many.of(floor).median) / (few.of(name).median / few.of(floor).median)

    notes, noisy = rounds_note(many, "sdk_copy", "sdk_copy_each", "sdk_borrow")
    notes.append("with each call on another session, so that caches miss, copying grows "
                 f"{growth('sdk_copy_each', 'floor_copy'):.2f} times")
    parts = [Part(label, growth(name, floor), "<=", FLAT)
             for label, name, floor in (("copy_token", "sdk_copy", "floor_copy"), ("current_token", "sdk_borrow", "floor_borrow"))]
    return Result("one session's reads with 1,000 sessions open against 1, both relative to their floors", parts, notes,
                  noisy or rounds_note(few, "sdk_copy", "sdk_borrow")[1])


def t5() -> Result:
    exact = program("credit-bench-exact")

    def each(what: str) -> float:
        return sum(instructions_each([exact, what], 20_000, 60_000).values())

    copy, bare, current = each("copy"), each("memcpy"), each("current")
    counted = run_json([exact, "copy", "100000"])
    borrowed = run_json([exact, "current", "100000"])
    calls = system_calls_between_marks([exact, "copy", "1000"])
    borrowed_calls = system_calls_between_marks([exact, "current", "1000"])
    notes = [f"copying 1 KB alone is {bare:.0f} instructions, `copy_token` {copy:.0f}; the clock's own code is not counted",
             f"`current_token` and its release: {current:.0f} instructions, {borrowed['allocations'] / 100_000:g} allocations, "
             f"{borrowed['locks'] / 100_000:g} locks, {borrowed_calls / 1000:g} system calls each"]
    return Result("hot path (`copy_token`), each call; instructions without the copying itself",
                  [Part("instructions", round(copy - bare, 1), "<=", 80, ""),
                   Part("allocations", counted["allocations"] / 100_000, "==", 0, ""),
                   Part("locks", counted["locks"] / 100_000, "==", 0, ""),
                   Part("system calls", calls / 1000, "==", 0, "")], notes,
                  counts={"copy_token instructions": round(copy - bare), "current_token instructions": round(current),
                          "copy_token allocations": counted["allocations"] / 100_000,
                          "current_token allocations": borrowed["allocations"] / 100_000,
                          "copy_token locks": counted["locks"] / 100_000, "current_token locks": borrowed["locks"] / 100_000,
                          "copy_token system calls": calls / 1000, "current_token system calls": borrowed_calls / 1000})


def waiters(count: int) -> tuple[dict, float]:
    """Medians over fresh processes, and the share others took of the machine meanwhile."""
    watch = Watch()
    rounds = [run_json([program("credit-bench-waiters"), str(count)]) for _ in range(ENOUGH)]
    return {name: statistics.median(one[name] for one in rounds) for name in rounds[0]}, watch.foreign()


def t7() -> Result:
    said, others = waiters(10_000)
    return Result("10,000 asynchronous callers that wait for one refresh, let go of, against an intrusive list of as many",
                  [Part("time", said["each_ns"] / said["list_ns"], "<=", 1.5), Part("fetches", said["fetches"], "==", 1, ""),
                   Part("allocations per waiter", said["allocations"] / 10_000, "<=", 1 / 256, "")],
                  [f"{said['each_ns']:.0f} ns each, the list {said['list_ns']:.2f} ns (medians of {ENOUGH} fresh processes)"],
                  others > FOREIGN_LIMIT)


def t8() -> Result:
    most = 65_535  # one less than there is room for: the benchmark's own question takes a place
    (few, others_few), (many, others_many) = waiters(8_192), waiters(most)
    return Result(f"{most:,} waiters: time for each of them against 8,192",
                  [Part("growth", many["each_ns"] / few["each_ns"], "<=", FLAT), Part("fetches", many["fetches"], "==", 1, ""),
                   Part("callers without a token", many["failed"], "==", 0, "")],
                  [f"{few['each_ns']:.0f} ns each at 8,192, {many['each_ns']:.0f} at {most:,}; the list grows "
                   f"{many['list_ns'] / few['list_ns']:.2f} times"], max(others_few, others_many) > FOREIGN_LIMIT)


def t9() -> Result:
    said = run_json([program("credit-bench-storm")])
    kinds = {"at_once": "fails at once", "later": "fails later", "never": "never answers"}
    notes = [f"{said['calls']:,} calls over each life from 1 s to {said['lifetimes']} s; at 299 s {said['at_299_s']} fetches; "
             f"while a token is in its first half {said['most_fresh']}"]
    notes += [f"a source that {text}: {said[kind]['waiters']} callers, {said[kind]['fetches']} fetches, the last one answered "
              f"{said[kind]['latest_ms']} ms after its deadline, "
              f"{'good again once the source was' if said[kind]['healed'] else 'NOT good again when the source was'}"
              for kind, text in kinds.items()]
    return Result("fetches over a token's life, most of all lifetimes; callers of a sick source",
                  [Part("fetches", said["most_whole"], "<=", 1, ""),
                   Part("stuck callers", sum(said[kind]["stuck"] for kind in kinds), "==", 0, ""),
                   Part("callers over 1 s late", sum(said[kind]["latest_ms"] > 1000 for kind in kinds), "==", 0, ""),
                   Part("sources not good again", sum(not said[kind]["healed"] for kind in kinds), "==", 0, "")], notes)


def t10() -> Result:
    exact = program("credit-bench-exact")
    rounds = 400
    each = instructions_each([exact, "refresh"], 50, 250)
    own = each.pop("credit-bench-exact", 0.0)
    table = run_json([exact, "refresh", str(rounds)])
    files = run_json([exact, "refresh", str(rounds), str(fresh_folder("refresh"))])
    by_object = sorted(each.items(), key=lambda item: -item[1])[:6]
    notes = ["by object: " + ", ".join(f"{name} {cost:,.0f}" for name, cost in by_object),
             f"the benchmark's own {own:,.0f} are not in it; transport and sealing are replaced by functions that do next to nothing",
             f"with the sealed files: {files['allocations'] / rounds:g} allocations, {files['syncs'] / rounds:g} syncs, "
             f"{files['preads'] / rounds:g} reads of a slot or its stamp"]
    return Result("one refresh, without transport and AEAD",
                  [Part("instructions", round(sum(each.values())), "<=", 20_000, ""),
                   Part("durable writes", files["syncs"] / rounds, "==", 2, ""),
                   Part("reads", table["loads"] / rounds, "<=", 1, ""),
                   Part("allocations", table["allocations"] / rounds, "<=", 4, "")], notes,
                  # The C library's share is another on each processor, so only the library's own is held.
                  counts={"refresh instructions of the library": round(sum(cost for name, cost in each.items()
                                                                           if name.startswith("libcredit.so"))),
                          "refresh allocations": table["allocations"] / rounds, "refresh loads": table["loads"] / rounds,
                          "refresh durable writes": files["syncs"] / rounds})


def t12() -> Result:
    folder = fresh_folder("storage")
    timings = timed("credit-bench-storage", min_time=0.2, CREDIT_BENCH_FOLDER=str(folder))
    floor = timings.of("floor_atomic_replace").median
    notes, noisy = rounds_note(timings, "sdk_slot_write", "sdk_rotation", "floor_atomic_replace", "floor_bare_slot")
    notes.append("the rotation is timed from `get_token` to its callback, threads and JSON included; a bare write and fdatasync of "
                 f"a preallocated block is {timings.of('floor_bare_slot').median / floor:.2f}")
    return Result("durable writes of a 2 KB record against an atomic file replacement",
                  [Part("slot write", timings.of("sdk_slot_write").median / floor, "<=", 0.4),
                   Part("rotation", timings.of("sdk_rotation").median / floor, "<=", 0.8)], notes, noisy)


def t13() -> Result:
    folder = fresh_folder("cold")
    sdk, floor = [program("credit-bench-cold"), "prepare", str(folder)], [program("credit-bench-cold-floor"), "prepare",
                                                                         str(fresh_folder("cold-floor") / "sealed")]
    run(sdk)
    run(floor)
    sdk[1] = floor[1] = "run"
    times: dict[str, list[float]] = {"sdk": [], "floor": []}
    inits = thrown_away = 0
    kept: list[tuple[float, float]] = []
    every: list[tuple[float, float]] = []
    for _ in range(COLD_ROUNDS):
        watch = Watch()
        # A round is several processes: one alone is shorter than the kernel's step of counting.
        pairs = []
        for _ in range(5):
            bare, said = run_json(floor), run_json(sdk)
            inits += said["network_inits"]
            pairs.append((said["ns"], bare["ns"]))
        every += pairs
        if watch.foreign() <= FOREIGN_LIMIT:
            kept += pairs
        else:
            thrown_away += 1
    noisy = COLD_ROUNDS - thrown_away < 9
    for ns, bare in every if noisy else kept:
        times["sdk"].append(ns)
        times["floor"].append(bare)
    median = {name: statistics.median(values) for name, values in times.items()}
    rounds = COLD_ROUNDS - (0 if noisy else thrown_away)
    notes = [f"{median['sdk'] / 1000:.0f} us against {median['floor'] / 1000:.0f} us (medians of {rounds} rounds of 5 fresh processes "
             f"each, {0 if noisy else thrown_away} noisy rounds thrown away), from main() on"]
    return Result("cold start to a ready token, against sodium_init + one locked allocation + read + AEAD open",
                  [Part("time", median["sdk"] / median["floor"], "<=", 2),
                   Part("curl or TLS initialisations", inits, "==", 0, "")], notes, noisy)


def t15() -> Result:
    resident = program("credit-bench-resident")

    def dirty(sessions: int) -> float:
        return statistics.median(
            run_json([resident, "memory", str(sessions), str(fresh_folder("memory"))])["private_dirty_kib"] for _ in range(5))

    none, one, hundred = dirty(0), dirty(1), dirty(101)
    return Result("private dirty memory, in KiB, over the same program with its libraries started",
                  [Part("one session", one - none, "<=", 128, "KiB"),
                   Part("each further one", round((hundred - one) / 100, 2), "<=", 8, "KiB")],
                  [f"{none:g} KiB without, {one:g} with 1, {hundred:g} with 101 live sessions of 1 KB tokens in sealed files"])


def t16() -> Result:
    said = run_json([program("credit-bench-resident"), "idle", str(IDLE_SECONDS), str(fresh_folder("idle"))])
    return Result(f"idle for {said['seconds']} s with a valid token",
                  [Part("wake-ups", said["wake_ups"], "==", 0, ""),
                   Part("threads besides the app's", said["threads_besides_main"], "<=", 1, "")],
                  ["the one thread is the engine's, asleep; the storage thread ends a few seconds after its last job"])


TARGETS = {"T1": t1, "T2": t2, "T3": t3, "T4": t4, "T5": t5, "T7": t7, "T8": t8, "T9": t9, "T10": t10, "T12": t12, "T13": t13, "T15": t15,
           "T16": t16}
# What is counted gates and does not mind a busy machine; what is timed never does.
COUNTED = ("T5", "T9", "T10")
