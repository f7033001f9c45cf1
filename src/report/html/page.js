"use strict";
document.documentElement.classList.add("live");
const panel = document.getElementById("panel");
const copy = (element) => {
  const made = element.cloneNode(true);
  for (const each of [made, ...made.querySelectorAll("[id]")]) each.removeAttribute("id");
  return made;
};
const show = (node) => {
  const source = document.querySelector(node.getAttribute("href"));
  const made = copy(source);
  document.getElementById("panel-title").textContent = `${node.querySelector(".kind").textContent} ${node.querySelector("title").textContent}`;
  made.querySelector("h4").remove();
  made.querySelector(".to-findings")?.remove();
  const findings = (node.dataset.findings || "").split(" ").filter(Boolean);
  panel.querySelector(".body").replaceChildren(made, ...findings.map((id) => copy(document.getElementById(id))));
  panel.showModal();
  panel.scrollTop = 0;
};
panel.querySelector(".close").addEventListener("click", () => panel.close());
panel.addEventListener("click", (event) => { if (event.target === panel) panel.close(); });
const begin = (part) => {
  const canvas = part.querySelector(".canvas");
  const svg = canvas.querySelector("svg");
  const [width, height] = [svg.viewBox.baseVal.width, svg.viewBox.baseVal.height];
  let scale = 1;
  // The point of the picture that is at (x, y) of the canvas stays there.
  const zoom = (wanted, x = canvas.clientWidth / 2, y = canvas.clientHeight / 2) => {
    const next = Math.min(Math.max(wanted, 0.25), 4);
    const at = [(canvas.scrollLeft + x) / scale, (canvas.scrollTop + y) / scale];
    scale = next;
    svg.style.width = `${width * scale}px`;
    svg.style.height = `${height * scale}px`;
    canvas.scrollLeft = at[0] * scale - x;
    canvas.scrollTop = at[1] * scale - y;
  };
  // As wide as the page, but not so small that it cannot be read.
  const fit = () => zoom(Math.min(1, Math.max((canvas.clientWidth - 2) / width, 0.8)), 0, 0);
  const doing = { in: () => zoom(scale * 1.25), out: () => zoom(scale / 1.25), fit };
  for (const button of part.querySelectorAll("[data-do]")) button.addEventListener("click", doing[button.dataset.do]);
  const keys = { "+": doing.in, "=": doing.in, "-": doing.out, 0: fit };
  canvas.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || !keys[event.key]) return;
    keys[event.key]();
    event.preventDefault();
  });
  canvas.addEventListener("wheel", (event) => {
    if (!event.ctrlKey && !canvas.contains(document.activeElement)) return;
    event.preventDefault();
    const area = canvas.getBoundingClientRect();
    zoom(scale * (event.deltaY > 0 ? 1 / 1.15 : 1.15), event.clientX - area.left, event.clientY - area.top);
  }, { passive: false });
  let from = null;
  let moved = false;
  canvas.addEventListener("pointerdown", (event) => {
    if (event.pointerType !== "mouse" || event.button !== 0) return;
    [from, moved] = [event, false];
  });
  window.addEventListener("pointermove", (event) => {
    if (!from) return;
    const [x, y] = [event.clientX - from.clientX, event.clientY - from.clientY];
    if (!moved && Math.hypot(x, y) < 4) return;
    moved = true;
    canvas.classList.add("held");
    canvas.scrollLeft -= x;
    canvas.scrollTop -= y;
    from = event;
  });
  window.addEventListener("pointerup", () => { from = null; canvas.classList.remove("held"); });
  canvas.addEventListener("dragstart", (event) => event.preventDefault());
  const edges = new Map();
  for (const edge of canvas.querySelectorAll(".edge"))
    for (const end of edge.dataset.ends.split(" ")) edges.set(end, [...(edges.get(end) || []), edge]);
  for (const node of canvas.querySelectorAll(".node")) {
    node.setAttribute("role", "button");
    node.setAttribute("aria-haspopup", "dialog");
    const own = edges.get(node.id.split("-node")[1]) || [];
    const light = (on) => own.forEach((edge) => edge.classList.toggle("lit", on));
    for (const event of ["focus", "mouseenter"]) node.addEventListener(event, () => light(true));
    for (const event of ["blur", "mouseleave"]) node.addEventListener(event, () => light(false));
    node.addEventListener("click", (event) => {
      event.preventDefault();
      if (!moved) show(node);
      moved = false;
    });
    node.addEventListener("keydown", (event) => {
      if (event.key !== " ") return;
      event.preventDefault();
      show(node);
    });
  }
  fit();
};
const parts = [...document.querySelectorAll(".graph-part")];
if (parts.length < 10) parts.forEach(begin);
else {
  // Only what is near to being seen: a picture takes time.
  const near = new IntersectionObserver((seen) => {
    for (const { target } of seen.filter((entry) => entry.isIntersecting)) {
      near.unobserve(target);
      begin(target);
    }
  }, { rootMargin: "1500px" });
  parts.forEach((part) => near.observe(part));
}
