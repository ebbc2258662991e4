/* The back office works without this file; it adds keys, copying and a list that keeps itself fresh. */
(() => {
  "use strict";
  const doc = document;
  const $ = (query, root = doc) => root.querySelector(query);
  const $$ = (query, root = doc) => [...root.querySelectorAll(query)];
  doc.documentElement.classList.add("js");

  /* Copying: the answer stands in the button's own place, so nothing moves. */
  const say = (button, text) => {
    const label = $("span", button) || ($("svg", button) ? null : button);
    if (label) {
      if (button.dataset.was === undefined) {
        button.dataset.was = label.textContent;
        button.style.minWidth = `${button.offsetWidth}px`;
      }
      label.textContent = text;
    }
    button.classList.add("copied");
    clearTimeout(button.timer);
    button.timer = setTimeout(() => {
      if (label) label.textContent = button.dataset.was;
      button.classList.remove("copied");
    }, 2000);
  };
  const copy = (button) => {
    const source = button.dataset.copyFrom;
    const text = source ? $$("li", doc.getElementById(source)).map((item) => item.textContent.trim()).join("\n") : button.dataset.copy;
    if (!navigator.clipboard) return say(button, "Не получилось");
    navigator.clipboard.writeText(text).then(() => say(button, "Скопировано ✓"), () => say(button, "Не получилось"));
  };

  /* The keyboard row. */
  let chosen = null;
  const rows = () => $$("#orders tr.row");
  const choose = (row) => {
    $$("tr.chosen").forEach((other) => other.classList.remove("chosen"));
    if (!row) return;
    chosen = row.dataset.id;
    row.classList.add("chosen");
    row.scrollIntoView({ block: "nearest" });
  };
  const step = (by) => {
    const all = rows();
    const at = all.findIndex((row) => row.dataset.id === chosen);
    choose(all[Math.max(0, Math.min(all.length - 1, at < 0 ? 0 : at + by))]);
  };

  /* The list: a fragment of ours, put in place of the old one; scroll, chosen row and focus stay. */
  const fetchList = (href) =>
    fetch(href, { headers: { "X-Part": "list" }, credentials: "same-origin" }).then((answer) => {
      if (answer.redirected || !answer.ok) throw new Error("no list");
      return answer.text();
    }).then((text) => {
      const page = new DOMParser().parseFromString(text, "text/html");
      return $("#list", page) || page.body;
    });

  let extended = false;
  const refresh = (box) => {
    const busy = box.contains(doc.activeElement) && doc.activeElement.tagName !== "A";
    if (doc.hidden || extended || busy) return;
    const focused = doc.activeElement.closest && doc.activeElement.closest("#list tr.row");
    const id = focused && focused.dataset.id;
    fetchList(location.href).then((fresh) => {
      if (box.innerHTML === fresh.innerHTML) return;
      box.replaceChildren(...fresh.childNodes);
      const find = (wanted) => rows().find((row) => row.dataset.id === wanted);
      if (chosen && find(chosen)) find(chosen).classList.add("chosen");
      if (id && find(id)) $("a", find(id)).focus({ preventScroll: true });
    }).catch(() => {});
  };

  const more = (link) => {
    link.classList.add("busy");
    fetchList(link.href).then((fresh) => {
      extended = true;
      const table = $("#orders");
      const last = $$("tbody", table).pop();
      const shown = Number($("[data-shown]").textContent) + $$("tr.row", fresh).length;
      $$("tbody", fresh).forEach((body) => {
        if (last && body.dataset.day === last.dataset.day) last.append(...$$("tr.row", body));
        else table.append(body);
      });
      $(".foot").replaceWith($(".foot", fresh));
      $("[data-shown]").textContent = shown;
    }).catch(() => { location.href = link.href; });
  };

  doc.addEventListener("click", (event) => {
    const button = event.target.closest("[data-copy],[data-copy-from]");
    if (button) return copy(button);
    const link = event.target.closest("[data-more]");
    if (link && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      return more(link);
    }
    $$("details.adder[open]").forEach((box) => box.contains(event.target) || (box.open = false));
  });

  doc.addEventListener("focusin", (event) => event.target.classList.contains("address") && event.target.select());

  /* A form is sent once, however fast the finger. */
  doc.addEventListener("submit", (event) => {
    if (event.target.method !== "post") return;
    if (event.target.dataset.sent) return event.preventDefault();
    event.target.dataset.sent = "1";
  });
  addEventListener("pageshow", () => $$("form[data-sent]").forEach((form) => delete form.dataset.sent));

  /* Keys, by letter or by the key's place, so that they work in the Russian layout. */
  const places = { Slash: "/", KeyJ: "j", KeyK: "k", KeyS: "s", KeyC: "c", KeyF: "f", KeyM: "m" };
  doc.addEventListener("keydown", (event) => {
    const typing = /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName) && !event.target.readOnly;
    if (event.key === "Escape") {
      $$("details.adder[open]").forEach((box) => { box.open = false; $("summary", box).focus(); });
      if (typing) event.target.blur();
      return;
    }
    if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
    const key = event.key === "/" ? "/" : places[event.code];
    if (key === "/" && $("#q")) { event.preventDefault(); $("#q").focus(); $("#q").select(); }
    else if (key === "j") step(1);
    else if (key === "k") step(-1);
    else if (event.key === "Enter" && chosen && doc.activeElement === doc.body) {
      const row = rows().find((one) => one.dataset.id === chosen);
      if (row) $("a", row).click();
    } else if (key) {
      const target = $(`[data-key="${key}"]`);
      if (!target) return;
      event.preventDefault();
      target.click();
      const box = target.closest("details[open]");
      const field = box && $("input:not([type=hidden])", box);
      if (field) field.focus();
    }
  });

  const list = $("[data-refresh]");
  if (list) setInterval(() => refresh(list), Number(list.dataset.refresh) * 1000);
})();
