"""Draws the fleet's load: docs/images/fleet-*.png."""
from __future__ import annotations

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt  # noqa: E402  (after the choice of a backend without a display)

from model import CLIENTS, HOUR, ROOT, Fleet  # noqa: E402

IMAGES = ROOT / "docs" / "images"
COLOURS = {"sdk": "#0b6e4f", "sdk-no-provider": "#7fb800", "fixed-margin": "#e07a1f", "no-jitter": "#8e6bbf",
           "every-second": "#c1292e", "every-401": "#4a6fa5"}
WIDTH = 10  # seconds that one point stands for


def smoothed(load: list[int]) -> list[float]:
    return [sum(load[i:i + WIDTH]) / WIDTH for i in range(0, len(load) - WIDTH + 1, WIDTH)]


def finish(figure, name: str) -> None:
    figure.tight_layout()
    # Without the program's version in it the same figures give the same file.
    figure.savefig(IMAGES / f"fleet-{name}.png", dpi=110, metadata={"Software": None})
    plt.close(figure)


def draw_load(fleet: Fleet, scenario: str, clients: list[str], title: str, after: int) -> None:
    figure, axes = plt.subplots(figsize=(9, 4.5))
    for client in clients:
        run = fleet.runs[(scenario, client)]
        begin, end = run.start - 300, run.end + after
        load = smoothed(run.seconds(begin, end))
        minutes = [(begin + i * WIDTH - run.start) / 60 for i in range(len(load))]
        axes.plot(minutes, [each / fleet.normal for each in load], label=client, color=COLOURS[client],
                  linewidth=2.2 if client == "sdk" else 1.2)
    run = fleet.runs[(scenario, "sdk")]
    axes.axvspan(0, (run.end - run.start) / 60, color="#dddddd", zorder=0, label="trouble")
    axes.axhline(1, color="#555555", linewidth=0.8, linestyle=":")
    if scenario == "outage":
        axes.axhline(3.2, color="#000000", linewidth=0.9, linestyle="--", label="target after it: 3.2")
    axes.set(title=title, xlabel="minutes since the trouble began",
             ylabel=f"requests per second, multiples of normal\n(mean over {WIDTH} s)")
    axes.set_ylim(bottom=0)
    axes.margins(x=0)
    axes.grid(alpha=0.3)
    axes.legend(fontsize=8, ncols=2)
    finish(figure, scenario)


def draw_day(fleet: Fleet) -> None:
    figure, axes = plt.subplots(figsize=(9, 4))
    width = 600
    devices = fleet.runs[("calm", "sdk")].said["devices"]
    for client in ("sdk", "every-401"):
        load = fleet.runs[("calm", client)].seconds(0, 24 * HOUR)
        means = [sum(load[i:i + width]) / width for i in range(0, len(load), width)]
        axes.plot([i * width / HOUR for i in range(len(means))], means, label=client, color=COLOURS[client])
    axes.set(title=f"An ordinary day of {devices:,} devices", xlabel="time of the day, hours", ylabel="requests per second\n(mean over 10 min)")
    axes.set_ylim(bottom=0)
    axes.set_xlim(0, 24)
    axes.set_xticks(range(0, 25, 3))
    axes.grid(alpha=0.3)
    axes.legend()
    finish(figure, "day")


def draw_lost(fleet: Fleet) -> None:
    figure, axes = plt.subplots(figsize=(9, 4.4))
    scenarios = ["outage", "region", "keys", "verdicts", "clock"]
    breadth = 0.8 / len(CLIENTS)
    for place, client in enumerate(CLIENTS):
        lost = [fleet.runs[(scenario, client)].said["sessions_lost"] / fleet.runs[(scenario, client)].said["devices"] * 1e6
                for scenario in scenarios]
        axes.bar([i + (place - (len(CLIENTS) - 1) / 2) * breadth for i in range(len(scenarios))], lost, breadth, label=client,
                 color=COLOURS[client])
    axes.set_yscale("symlog", linthresh=10)
    axes.set_xticks(range(len(scenarios)), scenarios)
    axes.set(title="Borrowers who have to sign in again, in the six hours around the trouble",
             ylabel="sessions lost per million devices\n(logarithmic above 10)")
    axes.grid(axis="y", alpha=0.3)
    axes.legend(fontsize=8, ncols=len(CLIENTS), loc="upper center", bbox_to_anchor=(0.5, -0.1), frameon=False)
    finish(figure, "lost")


def draw(fleet: Fleet) -> None:
    IMAGES.mkdir(parents=True, exist_ok=True)
    others = [client for client in CLIENTS if client != "sdk-no-provider"]
    draw_day(fleet)
    draw_load(fleet, "outage", others, "The platform is down for 10 minutes", 600)
    draw_load(fleet, "region", ["sdk", "fixed-margin", "every-second"], "A fifth of the devices loses its network for 10 minutes", 600)
    draw_load(fleet, "keys", others, "Every session token is refused for 10 minutes", 600)
    draw_load(fleet, "verdicts", ["sdk", "sdk-no-provider", "every-second"], "Every refresh gets a verdict for 5 minutes", 600)
    draw_load(fleet, "clock", ["sdk", "fixed-margin", "every-second"], "The server's clock is an hour behind for 30 minutes", 600)
    draw_lost(fleet)
