// The page works without this file. It asks how the payment is doing, draws the page anew when that changes, copies, shares.
(() => {
  const live = document.getElementById("live");
  const main = () => document.getElementById("main");
  const all = (what, root) => (root || document).querySelectorAll(what);
  let timer, asked = 0, offline = false;

  const say = (text, seen) => {
    if (!live) return;
    live.textContent = text;
    live.className = seen ? "toast" : "unseen";
  };

  const copy = async (button) => {
    try { await navigator.clipboard.writeText(button.dataset.copy); } catch { return; }
    if (button.querySelector(".said")) return;
    const said = document.createElement("span");
    said.className = "said";
    said.textContent = button.dataset.done + " ✓";
    const label = button.querySelector("span:not(.said)");
    if (label) label.hidden = true;
    button.append(said);
    button.classList.add("copied");
    say(button.dataset.done);
    setTimeout(() => {
      said.remove();
      if (label) label.hidden = false;
      button.classList.remove("copied");
    }, 2000);
  };

  const equip = (root) => {
    all("[data-script]", root).forEach((promise) => { promise.hidden = false; });
    if (navigator.clipboard) all("[data-copy]", root).forEach((button) => { button.hidden = false; });
  };

  // What a person has typed, opened or chosen outlives the change of the page.
  const keep = (from, to) => {
    all("input[id]:not([type=hidden])", from).forEach((old) => {
      const now = to.querySelector("#" + old.id);
      if (!now || now.disabled) return;
      if (old.checked && !old.defaultChecked) now.checked = true;
      if (old.type !== "radio" && old.value !== old.defaultValue) now.value = old.value;
    });
    all("details[open][id]", from).forEach((old) => {
      const twin = to.querySelector("#" + old.id);
      if (twin) twin.open = true;
    });
  };

  const renew = async () => {
    const own = main().dataset.status.replace(/\/status$/, "");
    const answer = await fetch(own + location.search, { cache: "no-store" });
    if (!answer.ok) return;
    asked = 0;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const now = page.getElementById("main"), old = main();
    if (!now) return location.reload();
    const focus = document.activeElement && document.activeElement.id;
    const told = old.dataset.state !== now.dataset.state;
    keep(old, now);
    if (told) now.classList.add("fresh");
    old.replaceWith(now);
    document.title = page.title;
    equip(now);
    const headline = document.getElementById("headline");
    if (told && headline) {
      say(headline.textContent);
      if (headline.closest("[role=alert]")) headline.focus();
    }
    if (focus && document.activeElement === document.body) document.getElementById(focus)?.focus({ preventScroll: true });
  };

  const ask = async () => {
    clearTimeout(timer);
    const page = main();
    if (!page || !page.dataset.status || document.hidden) return;
    try {
      const answer = await fetch(page.dataset.status, { headers: { accept: "application/json" }, cache: "no-store" });
      if (answer.ok) {
        const told = await answer.json();
        if (offline) say(live.dataset.online);
        offline = false;
        if (told.checked) all("[data-checked]").forEach((time) => { time.textContent = told.checked; });
        if (told.page_state !== page.dataset.state || String(told.version) !== page.dataset.version) {
          await renew();
        }
      }
    } catch {
      if (!offline) say(live.dataset.offline, true);
      offline = true;
    }
    later();
  };

  // Often while the person waits, seldom on a page left open.
  const later = () => {
    clearTimeout(timer);
    const every = Number(main()?.dataset.every);
    if (!every) return;
    asked += 1;
    timer = setTimeout(ask, every * 1000 * (asked < 40 ? 1 : asked < 100 ? 4 : 20));
  };

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-copy]");
    if (button) return copy(button);
    if (event.target.closest("[data-print]")) return print();
    const share = event.target.closest("[data-share]");
    if (share && navigator.share) {
      event.preventDefault();
      navigator.share({ title: share.dataset.title, url: share.dataset.share }).catch(() => {});
    }
    const part = event.target.closest("a[href='#parts']");
    if (part) document.getElementById("parts").open = true;
  });

  // One press, one request. Buttons fall asleep after the form has taken the pressed one's value.
  document.addEventListener("submit", (event) => {
    if (event.target.dataset.sent) return event.preventDefault();
    event.target.dataset.sent = "1";
    setTimeout(() => all("button", event.target).forEach((button) => { button.disabled = true; }));
  });

  // Back from the bank's page the browser may show this one as it was left.
  addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    all("form").forEach((form) => { delete form.dataset.sent; });
    all("form button").forEach((button) => { button.disabled = false; });
    ask();
  });
  document.addEventListener("visibilitychange", () => { if (!document.hidden) { asked = 0; ask(); } });
  addEventListener("online", ask);

  equip();
  later();
})();
