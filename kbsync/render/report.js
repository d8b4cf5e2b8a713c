"use strict";
// Adds the filters. Without this script every change is shown and nothing else is missing.
(() => {
  const form = document.getElementById("filter");
  if (!form) return;
  const main = document.getElementById("changes");
  const parts = [...main.querySelectorAll("section.part")].map((node) => ({
    node,
    batches: [...node.querySelectorAll(":scope > div")].map((batch) => ({ node: batch, cards: [...batch.children] })),
  }));
  // Many moves in one card are as many changes.
  const weigh = (card) => Number(card.dataset.count);
  const total = [...main.querySelectorAll("article.change")].reduce((sum, card) => sum + weigh(card), 0);
  if (total < 4) return;

  const apply = () => {
    const section = form.elements.section.value;
    const words = form.elements.text.value.trim().toLocaleLowerCase();
    const category = form.elements.category.value;
    const cause = form.elements.cause.value;
    const matches = (card) =>
      (!cause || card.dataset.cause === cause) &&
      (!category || card.dataset.categories.includes(` ${category} `)) &&
      (!words || card.textContent.toLocaleLowerCase().includes(words));
    let shown = 0;
    for (const part of parts) {
      let visible = 0;
      for (const batch of part.batches) {
        let some = 0;
        let changes = 0;
        for (const card of batch.cards) {
          const show = (!section || part.node.id === section) && matches(card);
          if (card.hidden === show) card.hidden = !show;
          some += show;
          changes += show * weigh(card);
        }
        batch.node.hidden = some === 0;
        // What is not laid out yet is taken to be about as tall as what it will show.
        batch.node.style.containIntrinsicBlockSize = `${some * 20}rem`;
        visible += changes;
      }
      part.node.hidden = visible === 0;
      shown += visible;
    }
    document.getElementById("none").hidden = shown > 0;
    document.getElementById("shown").value = `${shown} / ${total} ${main.dataset.shown}`;
  };

  let pending = 0;
  const soon = () => {
    clearTimeout(pending);
    pending = setTimeout(apply, 150);
  };
  form.addEventListener("input", soon);
  form.addEventListener("reset", soon);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.hidden = false;
  apply();
})();
