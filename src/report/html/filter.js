const form = document.getElementById("filter");
if (form) {
  const entries = [...document.querySelectorAll("section.cluster, article.finding, .overview tbody tr, .graph-part")];
  const told = form.querySelector("output");
  const texts = new Map();
  const text = (entry) => {
    if (!texts.has(entry)) texts.set(entry, entry.textContent.toLowerCase());
    return texts.get(entry);
  };
  const total = (wanted) => entries.filter((e) => e.matches(wanted) && !e.hidden).reduce((sum, e) => sum + Number(e.dataset.count), 0);
  const some = (shown, all, noun) => (all ? [`${shown} of ${all} ${noun}${all === 1 ? "" : "s"}`] : []);
  const all = [total("section.cluster"), total("article.finding")];
  const apply = () => {
    const words = form.elements.words.value.toLowerCase().split(/\s+/).filter(Boolean);
    const chosen = [...form.querySelectorAll("select")].filter((select) => select.value);
    const fits = (entry) =>
      // What says nothing of a question is no answer to it.
      chosen.every(({ name, value }) => entry.dataset[name] === undefined || entry.dataset[name].split(" ").includes(value)) &&
      words.every((word) => text(entry).includes(word));
    for (const entry of entries) entry.hidden = !fits(entry);
    const active = chosen.length + words.length > 0;
    form.classList.toggle("active", active);
    const shown = [...some(total("section.cluster"), all[0], "cluster"), ...some(total("article.finding"), all[1], "finding")];
    told.textContent = active ? `Showing ${shown.join(" and ")}` : "";
  };
  let soon;
  form.addEventListener("input", () => { clearTimeout(soon); soon = setTimeout(apply, 120); });
  form.addEventListener("reset", () => setTimeout(apply));
  form.addEventListener("submit", (event) => { event.preventDefault(); apply(); });
  // A link leads to what it names, whatever is chosen.
  document.addEventListener("click", (event) => {
    const target = event.target.closest?.('a[href^="#"]')?.getAttribute("href");
    if (target?.length > 1 && document.querySelector(target)?.closest("[hidden]")) { form.reset(); apply(); }
  });
  // Browsers keep what was chosen when a page is loaded again.
  apply();
}
