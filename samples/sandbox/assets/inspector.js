// The inspector: asks the admin port what happened, once a second and cheaply (ETag), and acts through the admin API.
"use strict";

(() => {
  const views = ["requests", "sessions", "journeys", "hosted", "webhooks"];
  const byId = (id) => document.getElementById(id);
  const base = location.pathname.replace(/\/inspector$/, "/");
  const state = { view: "requests", search: "", pages: [0], etag: "", data: null, seen: 0, focus: null };
  let timer = 0;
  let asked = 0;

  // ---- drawing: text only, never markup ----

  function make(tag, attributes, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes ?? {})) {
      if (value !== false && value !== null) element.setAttribute(name, value === true ? "" : value);
    }
    element.append(...children.map((child) => (child === null || child === undefined ? "" : child)));
    return element;
  }
  const tag = (content, kind) => make("span", { class: "tag " + (kind ?? "") }, content);
  const code = (content) => (content ? make("code", {}, content) : make("span", { class: "soft" }, "–"));
  const soft = (content) => make("span", { class: "soft" }, content);

  const clock = (ms) => new Date(ms).toISOString().slice(11, 23);
  const day = (ms) => new Date(ms).toISOString().replace("T", " ").slice(0, 19);
  function took(us) {
    if (us === null || us === undefined) return soft("–");
    return us < 1000 ? us + " µs" : us < 1e6 ? (us / 1000).toFixed(1) + " ms" : (us / 1e6).toFixed(2) + " s";
  }
  function until(ms) {
    const left = ms - state.data.now_ms;
    const size = Math.abs(left);
    const words = size < 6e4 ? Math.round(size / 1e3) + " s" : size < 36e5 ? Math.round(size / 6e4) + " min"
      : size < 1728e5 ? Math.round(size / 36e5) + " h" : Math.round(size / 864e5) + " d";
    return left >= 0 ? "in " + words : words + " ago";
  }

  // ---- the lists ----

  function verdict(item) {
    if (item.status === 0) return tag("not handled", "warn");
    const effects = {
      rotation: ["rotated", "good"], replay: ["replay", "good"], grace: ["grace", "warn"], reuse: ["reuse", "bad"],
      kept: ["kept", "good"], create: ["created", "good"], resume: ["resumed", "good"], exchange: ["exchanged", "good"],
    };
    if (effects[item.effect]) return tag(...effects[item.effect]);
    return item.status < 400 ? tag("ok") : tag(item.code ?? "refused", "bad");
  }

  function sent(item) {
    if (item.sent_status === 0) return tag("no reply", "bad");
    const kind = item.sent_status >= 500 ? "bad" : item.sent_status >= 400 ? "warn" : "";
    return tag(String(item.sent_status), kind);
  }

  const row = (item, cells) => make("tr", { tabindex: "0", "data-cursor": item.cursor }, ...cells.map((cell) =>
    cell instanceof HTMLTableCellElement ? cell : make("td", {}, cell)));
  const wide = (content) => make("td", { class: "wide", title: content }, make("span", { class: "mono" }, content));

  const narrow = (content) => make("td", { class: "narrow", title: content }, make("span", { class: "mono" }, content));

  function table(heads, items, cells) {
    return make("table", {},
      make("thead", {}, make("tr", {}, ...heads.map((head) => make("th", { scope: "col" }, head)))),
      make("tbody", {}, ...items.map((item) => row(item, cells(item)))));
  }

  const shorten = (path) => path.replace("/api/v1/headless", "…").replace(/^\/api\/tenants\/[^/]+\/applications\/[^/]+/, "…")
    .replace(/([0-9a-f]{8})-[0-9a-f-]{27}/g, "$1…");
  const shortFault = (kind) => kind.replace(/_(before|after)_commit$/, "").replaceAll("_", " ");

  function requestTable(items) {
    return table(["Time", "Call", "Sent", "Verdict", "Took", "Borrower", "Token", "Key", "Correlation ID"], items, (item) => [
      clock(item.at_ms), wide(item.method + " " + shorten(item.path)), sent(item),
      make("span", {}, verdict(item), item.fault ? " " : "", item.fault ? tag(shortFault(item.fault), "warn") : ""),
      took(item.took_us), item.borrower ?? "", item.token ? make("code", { title: item.token_kind + " token" }, item.token) : "",
      item.key ? code(item.key) : "", narrow(item.correlation_id),
    ]);
  }

  function chain(session) {
    const steps = new Map();
    for (const token of session.tokens) {
      const step = steps.get(token.generation) ?? {};
      step[token.kind] = token;
      steps.set(token.generation, step);
    }
    return [...steps.entries()].map(([generation, step]) => {
      const head = step.refresh ?? step.session;
      const style = { active: "active", revoked: "revoked" }[head.state] ?? "spent";
      const line = (name, token) => token && make("p", {}, soft(name + " "), code(token.fingerprint), " ",
        token.state === "active" ? soft(until(token.expires_at_ms)) : token.state);
      const uses = Object.entries(step.refresh?.uses ?? {}).map(([name, count]) =>
        tag(count > 1 ? name + " ×" + count : name, name === "reuse" ? "bad" : name === "replay" ? "good" : ""));
      return make("li", { class: style }, make("p", {}, make("b", {}, "Generation " + generation), " ", ...uses),
        line("refresh", step.refresh), line("session", step.session));
    });
  }

  function sessionList(items) {
    return make("div", {}, ...items.map((session) => make("section", { class: "family" },
      make("h3", {}, session.borrower, tag(session.state, session.state === "active" ? "good" : "bad"),
        session.reason ? soft("ended by " + session.reason.replace("_", " ")) : "", soft("since " + day(session.created_at_ms)),
        make("span", { class: "soft mono" }, session.family)),
      make("ol", { class: "chain" }, ...chain(session)))));
  }

  function journeyTable(items) {
    const kinds = { DISBURSED: "good", REJECTED: "bad", EXPIRED: "bad", CLOSED: "bad" };
    return table(["Updated", "Borrower", "Journey", "Type", "Status", "Next action", "Moves by itself", "Changes"], items,
      (item) => [day(item.updated_at_ms), item.borrower, code(item.journey_id), item.type, tag(item.status, kinds[item.status]),
        item.next_action ?? soft("none"), item.due_at_ms ? until(item.due_at_ms) : soft("no"), String(item.changes)]);
  }

  function hostedTable(items) {
    const kinds = { open: "good", ended: "", minted: "warn" };
    return table(["Minted", "Borrower", "Journey", "Type", "State", "Bootstrap token", "Its own tokens"], items, (item) => {
      const start = item.tokens.find((token) => token.kind === "bootstrap");
      const own = item.tokens.filter((token) => token.kind !== "bootstrap" && token.state === "active");
      const left = start.expires_at_ms > state.data.now_ms ? until(start.expires_at_ms) : "expired";
      return [day(item.made_at_ms), item.borrower, code(item.journey_id.slice(0, 8)), item.type, tag(item.state, kinds[item.state]),
        make("span", {}, code(start.fingerprint), " ", soft(start.state === "active" ? left : start.state)),
        own.length ? make("span", {}, ...own.flatMap((token) => [soft(token.kind + " "), code(token.fingerprint), " "])) : soft("none")];
    });
  }

  function webhookTable(items) {
    const kinds = { delivered: "good", gave_up: "bad", pending: "warn", cancelled: "" };
    return table(["Made", "Borrower", "Journey", "Status", "Because of", "State", "Attempts", "Last answer", "Event"], items, (item) => {
      const last = item.attempts[0];
      const answer = !last ? soft("none yet") : last.status ? tag(String(last.status), last.status < 300 ? "good" : "bad") : tag("no answer", "bad");
      const waits = item.state === "pending" ? item.state + ", " + until(item.due_at_ms) : item.state.replace("_", " ");
      return [clock(item.made_at_ms), item.borrower, code(item.journey_id.slice(0, 8)), item.status, item.trigger,
        tag(waits, kinds[item.state]), String(item.attempt_count), answer, wide(item.event_id)];
    });
  }

  const draw = { requests: requestTable, sessions: sessionList, journeys: journeyTable, hosted: hostedTable, webhooks: webhookTable };
  const nothing = {
    requests: "No request yet. Point the sample at this sandbox: credit-cli start", sessions: "No session yet.",
    journeys: "No journey yet.", hosted: "No hosted page was asked for yet: POST /api/lab/sessions",
    webhooks: "No webhook yet. Subscribe, then let a journey change.",
  };

  function drawList() {
    const { items, view } = state.data;
    const list = byId("list");
    const focused = document.activeElement?.dataset?.cursor ?? null;
    const left = list.scrollLeft;
    list.replaceChildren(items.length ? draw[view](items) : make("p", { class: "empty" },
      state.search ? "Nothing fits the search." : nothing[view]));
    list.scrollLeft = left;
    const newest = items[0]?.cursor ?? 0;
    for (const line of list.querySelectorAll("tr[data-cursor]")) {
      if (state.seen && Number(line.dataset.cursor) > state.seen) line.classList.add("fresh");
      if (line.dataset.cursor === focused) line.focus({ preventScroll: true });
    }
    if (state.seen && view === "requests") announce(items.filter((item) => item.cursor > state.seen));
    state.seen = Math.max(state.seen, newest);
    byId("newer").disabled = state.pages.length === 1;
    byId("older").disabled = items.length < state.data.page_size;
    byId("place").textContent = state.pages.length > 1 ? "Page " + state.pages.length + ", not live" : "";
  }

  function drawSummary() {
    const { counters, faults, webhook_faults, settings, now_ms, clock_offset_ms, environment, held } = state.data;
    const shown = { Environment: environment, Requests: counters.requests, Rotations: counters.rotations, Replays: counters.replays,
      Reuse: counters.reuses, Unauthorized: counters.unauthorized, Held: held, "Webhooks waiting": counters.webhooks_pending };
    byId("counters").replaceChildren(...Object.entries(shown).map(([name, value]) =>
      make("div", {}, make("dt", {}, name), make("dd", { "data-counter": name }, String(value)))));
    byId("clock").textContent = day(now_ms) + " UTC" + (clock_offset_ms ? ", " + until(now_ms + clock_offset_ms).replace("in ", "+") : "");
    const armed = [...faults.filter((fault) => fault.left > 0).map((fault) => [fault.kind, fault.route, fault.left]),
      ...webhook_faults.map((fault) => [fault.kind, "webhooks", fault.left])];
    byId("armed").replaceChildren(...(armed.length ? armed.map(([kind, route, left]) =>
      make("li", {}, tag(kind, "warn"), " ", soft(route + (left > 1 ? " ×" + left : "")))) : [make("li", {}, soft("Nothing"))]));
    byId("disarm").disabled = armed.length === 0;
    byId("release").disabled = held === 0;
    if (document.activeElement !== byId("model")) byId("model").value = settings.model;
  }

  // Said aloud, and worth it: what a plain row of the table would let slip by.
  function announce(items) {
    const replay = items.find((item) => item.effect === "replay");
    const lost = items.find((item) => item.sent_status === 0);
    if (replay) say("Replay: " + replay.method + " " + shorten(replay.path) + (replay.borrower ? " for " + replay.borrower : ""));
    else if (lost) say("A reply was lost: " + lost.method + " " + shorten(lost.path));
  }
  let silence = 0;
  function say(words) {
    byId("toast").textContent = words;
    clearTimeout(silence);
    silence = setTimeout(() => { byId("toast").textContent = ""; }, 4000);
  }

  // ---- talking to the admin port ----

  function address(view, before, search, correlation) {
    return base + "inspector/data?" + new URLSearchParams({ view, before, search, correlation });
  }

  async function load() {
    clearTimeout(timer);
    const turn = ++asked;
    const before = state.pages.at(-1);
    try {
      const response = await fetch(address(state.view, before || "", state.search, ""), {
        headers: state.etag ? { "If-None-Match": state.etag } : {}, cache: "no-store", signal: AbortSignal.timeout(10000),
      });
      if (turn !== asked) return;
      if (response.status !== 304) {
        if (!response.ok) throw new Error("status " + response.status);
        const data = await response.json();
        if (turn !== asked) return;
        state.etag = response.headers.get("ETag") ?? "";
        state.data = data;
        drawSummary();
        drawList();
      }
      live(true);
    } catch {
      if (turn !== asked) return;
      live(false);
    }
    timer = setTimeout(load, document.hidden ? 5000 : 1000);
  }

  function live(on) {
    const line = byId("live");
    if (line.classList.contains(on ? "on" : "off")) return;
    line.className = on ? "on" : "off";
    byId("live-text").textContent = on ? "Live" : "The sandbox does not answer";
  }

  async function act(method, path, body) {
    const response = await fetch(base + path, {
      method, body: body && JSON.stringify(body), headers: body ? { "Content-Type": "application/json" } : {},
    });
    if (!response.ok) say((await response.json().catch(() => ({}))).error ?? "It did not work.");
    return load();
  }

  // ---- details ----

  function facts(pairs) {
    return make("dl", { class: "facts" }, ...pairs.flatMap(([name, value]) => [make("dt", {}, name), make("dd", {}, value ?? "–")]));
  }

  async function requestDetail(item) {
    const response = await fetch(address("requests", "", "", item.correlation_id), { cache: "no-store" });
    const { items } = await response.json();
    return [
      facts([["requestID", code(item.request_id)], ["correlationID", code(item.correlation_id)], ["Call", code(item.method + " " + item.path)],
        ["Handled", item.status ? String(item.status) : "no"], ["Sent", item.sent_status ? String(item.sent_status) : "nothing"],
        ["Verdict", verdict(item)], ["Code", item.code], ["Fault", item.fault], ["Borrower", item.borrower],
        ["Token", item.token && make("span", {}, item.token_kind + " ", code(item.token))], ["Idempotency key", item.key && code(item.key)],
        ["At", day(item.at_ms) + " UTC"], ["Took", took(item.took_us)]]),
      make("h2", {}, items.length > 1 ? "All " + items.length + " calls with this correlation ID, newest first" : "The only call with this correlation ID"),
      make("div", { class: "scroll" }, requestTable(items)),
    ];
  }

  function webhookDetail(item) {
    const attempts = item.attempts.map((attempt) => [clock(attempt.at_ms), make("span", {},
      attempt.status ? String(attempt.status) : "no answer: " + attempt.error, soft(", " + attempt.took_ms + " ms"),
      attempt.fault ? tag(attempt.fault, "warn") : "")]);
    return [facts([["Event", code(item.event_id)], ["Sequence", String(item.sequence)], ["Journey", code(item.journey_id)],
      ["State", item.state.replace("_", " ")], ...attempts]), make("h2", {}, "Body"),
    make("pre", {}, JSON.stringify(JSON.parse(item.body), null, 2))];
  }

  async function open(line) {
    const item = state.data.items.find((one) => String(one.cursor) === line.dataset.cursor);
    if (!item || (state.view !== "requests" && state.view !== "webhooks")) return;
    state.focus = line.dataset.cursor;
    byId("detail-title").textContent = state.view === "requests" ? item.method + " " + shorten(item.path) : "Webhook " + item.event_id;
    byId("detail-content").replaceChildren(...(state.view === "requests" ? await requestDetail(item) : webhookDetail(item)));
    byId("detail").showModal();
  }

  byId("detail").addEventListener("close", () => {
    byId("list").querySelector(`tr[data-cursor="${state.focus}"]`)?.focus();
  });
  byId("detail-close").addEventListener("click", () => byId("detail").close());

  // ---- what the person does ----

  function show(view, search, pages) {
    Object.assign(state, { view, search, pages, etag: "", seen: 0 });
    for (const one of byId("tabs").children) {
      one.setAttribute("aria-selected", String(one.dataset.view === view));
      one.tabIndex = one.dataset.view === view ? 0 : -1;
    }
    byId("list").setAttribute("aria-labelledby", "tab-" + view);
    return load();
  }

  byId("tabs").addEventListener("click", (event) => {
    const view = event.target.dataset.view;
    if (view) show(view, state.search, [0]);
  });
  byId("tabs").addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const next = views[(views.indexOf(state.view) + step + views.length) % views.length];
    byId("tab-" + next).focus();
    show(next, state.search, [0]);
  });

  let typing = 0;
  byId("search").addEventListener("input", () => {
    clearTimeout(typing);
    typing = setTimeout(() => show(state.view, byId("search").value.trim(), [0]), 200);
  });
  byId("older").addEventListener("click", () => show(state.view, state.search, [...state.pages, state.data.items.at(-1).cursor]));
  byId("newer").addEventListener("click", () => show(state.view, state.search, state.pages.slice(0, -1)));

  for (const button of document.querySelectorAll("[data-post]")) {
    button.addEventListener("click", () => act("POST", button.dataset.post, JSON.parse(button.dataset.body)));
  }
  byId("disarm").addEventListener("click", async () => {
    await act("DELETE", "faults");
    await act("DELETE", "webhooks/faults");
  });
  byId("model").addEventListener("change", () => act("POST", "settings", { model: byId("model").value }));

  byId("list").addEventListener("click", (event) => {
    const line = event.target.closest("tr[data-cursor]");
    if (line) open(line);
  });

  function move(step) {
    const lines = [...byId("list").querySelectorAll("tr[data-cursor]")];
    const place = lines.indexOf(document.activeElement);
    lines[place < 0 ? 0 : Math.min(lines.length - 1, Math.max(0, place + step))]?.focus();
  }

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || byId("detail").open) return;
    const typed = event.target.matches("input, select");
    if (event.key === "Escape" && typed) return event.target.blur();
    if (typed) return;
    const line = event.target.closest?.("tr[data-cursor]");
    if (event.key === "/") byId("search").focus();
    else if (event.key === "j" || (line && event.key === "ArrowDown")) move(1);
    else if (event.key === "k" || (line && event.key === "ArrowUp")) move(-1);
    else if (event.key === "Enter" && line) open(line);
    else return;
    event.preventDefault();
  });
  document.addEventListener("visibilitychange", () => { if (!document.hidden) load(); });

  show("requests", "", [0]);
})();
