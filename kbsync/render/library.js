"use strict";
// Adds the search. Without this script every question is shown and nothing else is missing.
(() => {
  const form = document.getElementById("filter");
  const main = document.getElementById("changes");
  const tree = document.getElementById("tree");
  const output = document.getElementById("shown");
  const total = Number(main.dataset.total);
  const batches = [...main.querySelectorAll(".batch")];
  const sections = [...main.querySelectorAll("section")];
  const links = new Map([...document.querySelectorAll("#tree a")].map((link) => [link.hash.slice(1), link]));

  // What is not laid out yet is taken to be about as tall as what it will show.
  const guess = (batch, number) => {
    batch.style.containIntrinsicBlockSize = `auto ${number * 13}rem`;
  };

  // Width, case, accents and Unicode form make no difference.
  const fold = (text) =>
    /^[\x20-\x7e\n]*$/.test(text)
      ? text.toUpperCase()
      : text.normalize("NFKD").replace(/[\u0300-\u036f]/g, "").toUpperCase();

  // Read when somebody searches for the first time: opening the page does nothing for each question.
  let index = null;
  const read = () =>
    batches.map((batch) =>
      [...batch.children].map((node) => ({
        node,
        states: (node.dataset.states ?? "").split(" "),
        text: fold([...node.firstElementChild.children].map((part) => part.textContent).join("\n")),
      })),
    );

  const apply = () => {
    index ??= read();
    const words = fold(form.elements.text.value).split(/\s+/u).filter(Boolean);
    const state = form.elements.state?.value;
    const counts = new Map(sections.map((section) => [section, 0]));
    let shown = 0;
    batches.forEach((batch, number) => {
      let some = 0;
      for (const { node, states, text } of index[number]) {
        const show = (!state || states.includes(state)) && words.every((word) => text.includes(word));
        if (node.hidden === show) node.hidden = !show;
        some += show;
      }
      batch.hidden = some === 0;
      guess(batch, some);
      for (let node = batch.parentElement; node !== main; node = node.parentElement) {
        counts.set(node, counts.get(node) + some);
      }
      shown += some;
    });
    for (const [section, count] of counts) {
      const narrowed = shown < total && count === 0;
      const item = links.get(section.id).parentElement;
      section.hidden = item.hidden = narrowed;
      for (const place of [section, item]) place.querySelector(".number").textContent = count;
    }
    document.getElementById("none").hidden = shown > 0;
    output.value = `${shown} / ${total} ${main.dataset.shown}`;
  };

  let pending = 0;
  form.addEventListener("input", () => {
    clearTimeout(pending);
    pending = setTimeout(apply, 150);
  });
  form.addEventListener("submit", (event) => event.preventDefault());
  for (const batch of batches) guess(batch, batch.childElementCount);
  if (tree && matchMedia("(max-width: 56rem)").matches) tree.open = false;
  form.hidden = total === 0;
  output.value = `${total} / ${total} ${main.dataset.shown}`;
})();
