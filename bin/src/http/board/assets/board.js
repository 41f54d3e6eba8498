// What the pages do beyond what they are without a script: local times, keys, copying, sliders, live rows.
(() => {
  const $ = (selector, within = document) => [...within.querySelectorAll(selector)];
  const one = selector => document.querySelector(selector);
  const on = (name, hear) => document.addEventListener(name, hear);

  const day = { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
  const coarse = new Intl.DateTimeFormat(undefined, { ...day, year: "numeric" });
  const fine = new Intl.DateTimeFormat(undefined, { ...day, second: "2-digit", fractionalSecondDigits: 3 });
  const length = s => s < 60 ? `${s} s` : s < 3600 ? `${s / 60 | 0} min` : s < 172800 ? `${s / 3600 | 0} h` : `${s / 86400 | 0} d`;
  const relative = s => Math.abs(s) < 5 ? "now" : s < 0 ? `${length(-s)} ago` : `in ${length(s)}`;

  // texts are changed only where they differ, so that what is selected stays selected
  const write = (element, text) => { if (element.textContent !== text) element.textContent = text; };
  const localise = within => {
    for (const time of $("time.at", within)) {
      write(time, (time.classList.contains("fine") ? fine : coarse).format(new Date(time.dateTime)));
    }
    for (const time of $("time.ago", within)) write(time, relative(Math.round((new Date(time.dateTime) - Date.now()) / 1000)));
    for (const button of $("button[data-copy]", within)) button.hidden = false;
  };

  const say = text => { one("#said").textContent = text; };

  on("click", async event => {
    const button = event.target.closest("button[data-copy]");
    if (!button) return;
    await navigator.clipboard.writeText(button.dataset.copy);
    button.classList.add("copied");
    say(`${button.dataset.copy} is copied`);
    setTimeout(() => button.classList.remove("copied"), 1500);
  });

  const step = by => {
    const rows = $("a.row");
    const place = rows.indexOf(document.activeElement);
    const next = rows[place < 0 ? (by > 0 ? 0 : rows.length - 1) : Math.min(Math.max(place + by, 0), rows.length - 1)];
    if (next) { next.focus(); next.scrollIntoView({ block: "nearest" }); }
  };
  const goes = { o: "/", b: "/board", r: "/reviews", e: "/expiring" };
  let going = false;
  on("keydown", event => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea, select, dialog")) return;
    const search = one("#search");
    if (going && goes[event.key]) location.href = goes[event.key];
    else if (event.key === "/" && search) { search.focus(); search.select(); }
    else if (event.key === "j") step(1);
    else if (event.key === "k") step(-1);
    else if (event.key === "?") one("#help")?.showModal();
    else { going = event.key === "g"; return; }
    going = false;
    event.preventDefault();
  });

  const live = (state, word) => {
    const shown = one("#live");
    if (!shown) return;
    shown.dataset.state = state;
    write(one("#live-word"), word);
  };
  on("htmx:sseOpen", () => live("on", "Live"));
  on("htmx:sseError", () => live("off", "Not live: the line is broken"));

  // what is there becomes what came, node by node, so that focus and selection stay where nothing changed
  const become = (old, now) => {
    if (old.nodeName !== now.nodeName) return old.replaceWith(now.cloneNode(true));
    if (old.nodeType === Node.TEXT_NODE) { if (old.data !== now.data) old.data = now.data; return; }
    for (const { name } of [...old.attributes]) if (!now.hasAttribute(name) && name !== "open") old.removeAttribute(name);
    for (const { name, value } of now.attributes) if (old.getAttribute(name) !== value) old.setAttribute(name, value);
    const [were, are] = [[...old.childNodes], [...now.childNodes]];
    are.forEach((child, place) => were[place] ? become(were[place], child) : old.append(child.cloneNode(true)));
    were.slice(are.length).forEach(child => child.remove());
  };
  // a row stays as tall as it was, so that nothing below it moves; what does not fit any more is there to be hovered
  const height = element => element.getBoundingClientRect().height;
  const hold = (row, tall) => {
    const reason = row.querySelector(".reason");
    const more = height(row) - tall;
    if (!more || !reason) return;
    const kept = height(reason) - more;
    reason.style.height = `${kept}px`;
    reason.style.webkitLineClamp = Math.max(1, Math.floor(kept / parseFloat(getComputedStyle(reason).lineHeight)));
    reason.classList.add("held");
    reason.title = reason.textContent;
  };
  addEventListener("resize", () => $(".held").forEach(reason => { reason.removeAttribute("style"); reason.classList.remove("held"); }));
  on("htmx:oobBeforeSwap", event => {
    const { target, fragment } = event.detail;
    const row = fragment.firstElementChild;
    if (target.tagName !== "TR" || row?.tagName !== "TR") return;
    event.detail.shouldSwap = false;
    row.removeAttribute("hx-swap-oob");
    localise(row);
    const tall = height(target);
    become(target, row);
    hold(target, tall);
    requestAnimationFrame(() => target.classList.add("fresh"));
  });
  on("htmx:beforeSwap", event => {
    const { target, serverResponse, shouldSwap } = event.detail;
    if (!shouldSwap || !target.matches("[data-becomes]")) return;
    event.detail.shouldSwap = false;
    const now = new DOMParser().parseFromString(serverResponse, "text/html").getElementById(target.id);
    // whoever is signed out by now is asked to sign in
    if (!now) return location.reload();
    localise(now);
    become(target, now);
  });
  on("htmx:afterSettle", () => localise(document));

  on("input", event => {
    const { tells, of } = event.target.dataset;
    if (!tells) return;
    const told = document.getElementById(`${event.target.id}-told`);
    told.textContent = tells === "moment" ? coarse.format(new Date(event.target.value * 1000)) : `${event.target.value} of ${of} events`;
  });
  on("change", event => {
    const form = event.target.closest("form[data-slides]");
    if (!form) return;
    const address = `${form.action}?${new URLSearchParams(new FormData(form))}`;
    history.replaceState(null, "", address);
    htmx.ajax("GET", address, { target: "#main", select: "#main", swap: "outerHTML" });
  });

  // a token after the # is never sent by a browser; it fills the form and leaves the address
  const token = one("#token");
  if (token && location.hash.length > 1) {
    token.value = decodeURIComponent(location.hash.slice(1));
    history.replaceState(null, "", location.pathname + location.search);
    one(".sign-in button").focus();
  }

  one("nav [aria-current=page]")?.scrollIntoView({ block: "nearest", inline: "center" });
  localise(document);
  setInterval(() => localise(document), 30000);
})();
