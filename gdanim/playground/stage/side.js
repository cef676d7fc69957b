// Two stages side by side; the address holds the state of both.

const sides = ["left", "right"].map((name) => ({ name, frame: document.getElementById(name) }));
const states = new URLSearchParams(location.hash.slice(1));
const tell = (message) => sides.forEach(({ frame }) => frame.contentWindow.postMessage(message, location.origin));

for (const { name, frame } of sides) frame.src = `./${location.search}#${states.get(name) ?? ""}`;
document.getElementById("one").href = `./${location.search}`;
document.getElementById("play").addEventListener("click", () => tell({ play: true }));
document.getElementById("pause").addEventListener("click", () => tell({ play: false }));
addEventListener("message", ({ origin, source, data }) => {
  const side = sides.find(({ frame }) => frame.contentWindow === source);
  if (origin !== location.origin || !side || typeof data.state !== "string") return;
  states.set(side.name, data.state.slice(1));
  history.replaceState(null, "", `#${states}`);
});
