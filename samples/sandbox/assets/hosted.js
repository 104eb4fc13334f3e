// The hosted page. It spends the bootstrap token of its address once, keeps its own pair of tokens in these
// variables and nowhere else, walks a short journey and talks to the app around it through `AarthikLabs`.
"use strict";

(() => {
  const bootstrapToken = location.hash.slice(1);
  // The token leaves address bar and history before anything else happens.
  history.replaceState(null, "", location.pathname + location.search);
  // A fresh link into the same view differs in its fragment only, and browsers load nothing anew for that.
  addEventListener("hashchange", () => { if (location.hash.length > 1) location.reload(); });

  const query = new URLSearchParams(location.search);
  const correlation = "hosted-" + crypto.randomUUID();
  const byId = (id) => document.getElementById(id);
  let tokens = null;
  let embedDomains = [];
  let journey = null;
  let shown = "";
  let timer = 0;

  // ---- the platform ----

  class Refused extends Error {
    constructor(status, error, retryAfter) {
      super(error?.message ?? "Something went wrong. Please try again.");
      this.status = status;
      this.field = error?.details?.field ?? "";
      this.retryAfter = Number(retryAfter) || 0;
    }
  }

  async function send(method, path, body, token) {
    const headers = { "X-Correlation-ID": correlation };
    if (token) headers.Authorization = "Bearer " + token;
    if (body) headers["Content-Type"] = "application/json";
    let response;
    try {
      response = await fetch("/api/lab/" + path, {
        method, headers, body: body && JSON.stringify(body), cache: "no-store", credentials: "omit", redirect: "error",
        signal: AbortSignal.timeout(15000),
      });
    } catch {
      throw new Refused(0, { message: "There is no connection. Please try again." });
    }
    const json = await response.json().catch(() => null);
    if (!response.ok || json === null) {
      throw new Refused(response.status, json?.error, response.headers.get("Retry-After"));
    }
    return json;
  }

  let refreshing = null;
  function refresh() {
    refreshing ??= send("POST", "refresh", { refreshToken: tokens.refreshToken })
      .then((pair) => { tokens = pair; })
      .finally(() => { refreshing = null; });
    return refreshing;
  }

  async function call(method, path, body) {
    try {
      return await send(method, path, body, tokens.accessToken);
    } catch (problem) {
      if (problem.status !== 401) throw problem;
      await refresh();
      return send(method, path, body, tokens.accessToken);
    }
  }

  // ---- the app around the page ----

  function allowed(origin) {
    return embedDomains.some((domain) => {
      if (!domain.startsWith("https://*.")) return domain === origin;
      return origin.startsWith("https://") && origin.endsWith(domain.slice("https://*".length));
    });
  }

  function parentOrigin() {
    let origin = location.ancestorOrigins?.[0] ?? "";
    if (!origin && document.referrer) origin = new URL(document.referrer).origin;
    return allowed(origin) ? origin : "";
  }

  // Tells the app; false if there is none to tell.
  function tell(message) {
    let told = false;
    const ios = window.webkit?.messageHandlers?.AarthikLabs;
    if (ios) {
      ios.postMessage(message);
      told = true;
    }
    if (typeof window.AarthikLabs?.postMessage === "function") {
      window.AarthikLabs.postMessage(JSON.stringify(message));
      told = true;
    }
    const origin = window.parent !== window ? parentOrigin() : "";
    if (origin) {
      window.parent.postMessage(message, origin);
      told = true;
    }
    return told;
  }

  async function openLender() {
    const links = await call("POST", "journey/lender", {});
    const message = {
      type: "aarthik-labs:open-external", external_url: links.externalURL, resume_url: links.resumeURL,
    };
    if (!tell(message)) window.open(links.externalURL, "_blank", "noopener");
  }

  async function exit() {
    clearTimeout(timer);
    await call("POST", "exit", {}).catch(() => {});
    tokens = null;
    byId("leave").hidden = true;
    const told = tell({ type: "aarthik-labs:exit", journey_status: journey?.status ?? "" });
    show("done", "Goodbye", text(told ? "You can go back to the app." : "You can close this window."));
  }

  // ---- drawing: text only, never markup ----

  function make(tag, attributes, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes ?? {})) {
      if (name === "onclick") element.addEventListener("click", value);
      else if (value !== false) element.setAttribute(name, value === true ? "" : value);
    }
    element.append(...children);
    return element;
  }
  const text = (content, style) => make("p", style ? { class: style } : {}, content);

  function show(step, title, ...content) {
    const order = ["details", "offers", "lender", "done"];
    for (const item of byId("steps").children) {
      const place = order.indexOf(item.dataset.step) - order.indexOf(step);
      item.classList.toggle("past", place < 0);
      place === 0 ? item.setAttribute("aria-current", "step") : item.removeAttribute("aria-current");
    }
    byId("title").textContent = title;
    byId("error").hidden = true;
    byId("content").replaceChildren(...content);
    byId("title").focus();
  }

  function fail(problem) {
    if (problem.status === 401) return over();
    for (const input of byId("content").querySelectorAll("[name]")) {
      const wrong = input.name === problem.field;
      wrong ? input.setAttribute("aria-invalid", "true") : input.removeAttribute("aria-invalid");
      if (wrong) input.focus();
    }
    const label = kinds[problem.field]?.label;
    byId("error").textContent = label ? problem.message.replace(problem.field, label) : problem.message;
    byId("error").hidden = false;
  }

  function over() {
    clearTimeout(timer);
    tokens = null;
    byId("leave").hidden = true;
    show("details", "This link is used up", text("Each link opens this page once, for two minutes."),
      text("Go back to the app and open your loan again: your journey is where you left it.", "soft"));
  }

  // A button that cannot be pressed twice while it works.
  function action(label, work) {
    const button = make("button", { type: "button" }, label);
    button.addEventListener("click", async () => {
      button.disabled = true;
      try {
        await work();
      } catch (problem) {
        fail(problem);
      }
      button.disabled = false;
    });
    return button;
  }

  const kinds = {
    "profile.contactNumber": { label: "Mobile number", hint: "10 digits", inputmode: "tel", autocomplete: "tel-national" },
    "profile.pan": { label: "PAN", hint: "For example ABCDE1234F", autocapitalize: "characters" },
    "profile.dob": { label: "Date of birth", type: "date", autocomplete: "bday" },
    "workProfile.employmentType": {
      label: "Work", choices: [["salaried", "Salaried"], ["selfEmployed", "Self-employed"]],
    },
    "workProfile.income": { label: "Income", hint: "In rupees, digits only", inputmode: "numeric" },
    "goldLoan.jewelleryWeightGrams": { label: "Weight of the jewellery", hint: "In grams", inputmode: "decimal", number: true },
    "goldLoan.purity": { label: "Purity", choices: ["24K", "22K", "21K", "18K", "14K", "9K"].map((k) => [k, k]) },
  };

  function field(name) {
    const { label, hint, choices, number, ...attributes } = kinds[name] ?? { label: name };
    const id = name.replace(".", "-");
    const described = hint ? { "aria-describedby": id + "-hint" } : {};
    const input = choices
      ? make("select", { id, name, ...described }, ...choices.map(([value, title]) => make("option", { value }, title)))
      : make("input", { id, name, autocomplete: "off", ...attributes, ...described });
    const parts = [make("label", { for: id }, label), input];
    if (hint) parts.push(make("p", { id: id + "-hint", class: "hint" }, hint));
    return make("div", { class: "field" }, ...parts);
  }

  function filled() {
    const body = { bureauConsent: byId("consent").checked };
    for (const name of journey.missingFields) {
      const [section, key] = name.split(".");
      const value = byId(name.replace(".", "-")).value.trim();
      body[section] ??= {};
      if (value) body[section][key] = kinds[name]?.number ? Number(value) : value;
    }
    return body;
  }

  function showDetails() {
    const consent = make("label", { class: "consent field", for: "consent" },
      make("input", { type: "checkbox", id: "consent", name: "bureauConsent" }),
      "Lenders may ask a credit bureau about me.");
    show("details", "A few details", ...journey.missingFields.map(field), consent,
      action("Show me offers", async () => update(await call("POST", "journey/profile", filled()))));
  }

  function showOffers() {
    const rupees = new Intl.NumberFormat("en-IN", { style: "currency", currency: "INR", maximumFractionDigits: 0 });
    const cards = journey.offers.map((offer, place) => make("label", { class: "offer" },
      make("input", { type: "radio", name: "offer", value: offer.offerID, checked: place === 0 }),
      make("b", {}, offer.lenderName), make("b", {}, rupees.format(offer.amount)),
      make("span", { class: "terms" }, offer.interestPercent + " % a year, " + offer.termMonths + " months")));
    show("offers", "Choose an offer", make("fieldset", {}, make("legend", {}, "Offers for you"), ...cards),
      action("Continue", async () => {
        const chosen = byId("content").querySelector("input[name=offer]:checked");
        update(await call("POST", "journey/offer", { offerID: chosen.value }));
      }));
  }

  const screens = {
    STARTED: showDetails,
    PROFILE_REQUIRED: showDetails,
    OFFERS_AVAILABLE: showOffers,
    KYC_PENDING: () => show("lender", "Confirm who you are",
      text("Your lender does this on a page of its own. This page goes on when you come back."),
      action("Continue with the lender", openLender)),
    BANK_MANDATE_PENDING: () => show("lender", "Repay from your bank account",
      text("The lender takes the instalments from the account it pays the loan to."),
      action("Agree", async () => update(await call("POST", "journey/mandate", {})))),
    LENDER_PROCESSING: () => show("done", "Your lender is at work",
      text("You can leave: the app will tell you when the money is on its way.", "waiting"), action("Back to the app", exit)),
    DISBURSED: () => show("done", "The money is on its way", text("Your loan has been paid out."),
      action("Back to the app", exit)),
  };

  function showWaiting() {
    const before = journey.status === "PROFILE_SUBMITTED" || journey.status === "OFFERS_PENDING";
    show(before ? "offers" : "lender", before ? "Asking lenders" : "One moment",
      text(before ? "This takes a few seconds." : "The lender prepares the next step.", "waiting"));
  }

  function showEnd() {
    const why = { REJECTED: "No lender could make you an offer this time.", EXPIRED: "This journey has expired." };
    show("done", "This journey has ended", text(why[journey.status] ?? "This journey is closed."),
      action("Back to the app", exit));
  }

  function update(next) {
    journey = next;
    if (journey.status !== shown) {
      shown = journey.status;
      document.body.dataset.status = shown;
      if (journey.ended) showEnd();
      else (screens[shown] ?? showWaiting)();
    }
    clearTimeout(timer);
    const moves = journey.waiting || shown === "KYC_PENDING";
    if (moves && !journey.ended) timer = setTimeout(poll, Math.min(5, journey.pollAfterSeconds) * 1000);
  }

  async function poll() {
    try {
      update(await call("GET", "journey"));
    } catch (problem) {
      if (problem.status === 401) return over();
      timer = setTimeout(poll, Math.max(3, problem.retryAfter) * 1000);
    }
  }

  async function open() {
    if (!bootstrapToken) return over();
    try {
      const { journey: first, embedDomains: domains, ...pair } = await send("POST", "exchange", {
        bootstrapToken, tenantID: query.get("tenant_id") ?? "", applicationID: query.get("application_id") ?? "",
        borrowerProviderID: query.get("borrower_provider_id") ?? "", journeyType: query.get("journey_type") ?? "",
      });
      tokens = pair;
      embedDomains = domains;
      byId("leave").hidden = false;
      byId("leave").addEventListener("click", exit);
      update(first);
    } catch (problem) {
      // Refused before it was looked at, the token is not spent, and has two minutes.
      if (problem.status !== 429) return over();
      setTimeout(open, Math.min(3, problem.retryAfter) * 1000);
    }
  }

  byId("content").addEventListener("input", (event) => {
    event.target.removeAttribute("aria-invalid");
    byId("error").hidden = true;
  });
  open();
})();
