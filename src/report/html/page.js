"use strict";
for (const canvas of document.querySelectorAll(".canvas")) {
  const svg = canvas.querySelector("svg");
  const box = svg.viewBox.baseVal;
  const move = (x, y) => { box.x += x; box.y += y; };
  const zoom = (factor, x, y) => {
    const width = Math.min(Math.max(box.width * factor, 200), 40000);
    const used = width / box.width;
    box.x += (box.width - box.width * used) * x;
    box.y += (box.height - box.height * used) * y;
    box.width *= used;
    box.height *= used;
  };
  canvas.addEventListener("wheel", (event) => {
    event.preventDefault();
    const area = canvas.getBoundingClientRect();
    zoom(event.deltaY > 0 ? 1.15 : 1 / 1.15, (event.clientX - area.left) / area.width, (event.clientY - area.top) / area.height);
  }, { passive: false });
  let from = null;
  canvas.addEventListener("pointerdown", (event) => { from = event; });
  window.addEventListener("pointerup", () => { from = null; });
  canvas.addEventListener("pointermove", (event) => {
    if (!from) return;
    const scale = box.width / canvas.clientWidth;
    move((from.clientX - event.clientX) * scale, (from.clientY - event.clientY) * scale);
    from = event;
  });
  const show = (node) => {
    const place = node.dataset.place;
    const found = [...document.querySelectorAll("article")].find((article) => place && article.dataset.place === place);
    if (!found) return;
    found.scrollIntoView({ block: "center" });
    found.focus();
  };
  canvas.addEventListener("keydown", (event) => {
    const step = box.width / 20;
    const node = event.target.closest(".node");
    if (event.key === "ArrowLeft") move(-step, 0);
    else if (event.key === "ArrowRight") move(step, 0);
    else if (event.key === "ArrowUp") move(0, -step);
    else if (event.key === "ArrowDown") move(0, step);
    else if (event.key === "+" || event.key === "=") zoom(1 / 1.25, 0.5, 0.5);
    else if (event.key === "-") zoom(1.25, 0.5, 0.5);
    else if (node && (event.key === "Enter" || event.key === " ")) show(node);
    else return;
    event.preventDefault();
  });
  for (const node of canvas.querySelectorAll(".node")) node.addEventListener("click", () => show(node));
}
