// The stage: what the reader wants to see, what is seen, and the requests from one to the other.
import { fromAddress, toAddress } from "./address.js";
import { connect, paint } from "./connection.js";
import { controlOf } from "./controls.js";
import { onPicture, parameterSliders, pointsIn } from "./hands.js";

// Two stages side by side are frames of side.html.
const beside = parent !== window;
// Below this width the picture is upright, so that its letters can be read.
const NARROW = beside ? 400 : 640;
const UPRIGHT = [720, 900];
const $ = (id) => document.getElementById(id);
const dark = matchMedia("(prefers-color-scheme: dark)");
const token = new URLSearchParams(location.search).get("token") ?? "";

let gallery = null;
let wanted = { ...fromAddress() };
let about = null; // of the look that is seen
let seen = ""; // the look and frame that are painted, or failed
let refused = ""; // the same, where Python itself had to be started again for it
let asked = null; // the request that has no answer yet
let number = 0;
let video = false; // whether it is to be asked for
let playing = null; // since when, and from which frame
let setters = {};
let setParameters = null;
let ask = () => {};

const look = () => ({
  scene: wanted.scene,
  knobs: wanted.knobs,
  theme: wanted.theme !== "auto" ? wanted.theme : dark.matches ? "dark" : "",
  size: innerWidth < NARROW ? UPRIGHT : null,
  start: wanted.start,
  points: wanted.points,
});
const keyOf = (one, frame) => JSON.stringify([one, frame]);

// Asks for what is wanted, once the last request is answered.
function pursue() {
  if (gallery?.[wanted.scene] && !asked) askNext();
  $("screen").setAttribute("aria-busy", Boolean(asked));
}

function askNext() {
  const key = keyOf(look(), wanted.frame ?? 0);
  if (key !== seen) {
    asked = { ask: "show", number: ++number, ...look(), frame: wanted.frame ?? 0 };
    asked.key = key;
    ask({ ...asked, key: undefined });
  } else if (video) {
    video = false;
    asked = { ask: "video", number: ++number, ...look() };
    ask(asked);
  } else if ($("explain").open && $("explanation").dataset.key !== keyOf({ ...look(), theme: "", size: null })) {
    asked = { ask: "explain", number: ++number, ...look() };
    $("explanation").textContent = "…";
    ask(asked);
  }
}

function receive(answer) {
  if (answer.kind === "gallery") return showGallery(answer);
  if (answer.number && answer.number !== asked?.number) return;
  ({ about: showAbout, training: showTraining, picture: showPicture, drawing: showDrawing, file: showFile, explanation: showExplanation,
    failure: showFailure, stopped: showFailure })[answer.kind](answer);
  pursue();
}

function showGallery(answer) {
  gallery = Object.fromEntries(answer.scenes.map((one) => [one.key, one]));
  $("line").textContent = "";
  asked = null;
  [seen, refused] = [refused, ""];
  $("training").hidden = true;
  $("cards").replaceChildren(...answer.scenes.map((one) => {
    const link = Object.assign(document.createElement("a"), { href: toAddress({ scene: one.key, theme: wanted.theme }) });
    link.append(Object.assign(document.createElement("strong"), { textContent: one.key.replace(/-scene$/, "").replace(/[-_]/g, " ") }),
      one.title, Object.assign(document.createElement("small"), { textContent: one.controls.map((knob) => knob.name).join(", ") }));
    const item = document.createElement("li");
    item.append(link);
    return item;
  }));
  $("errors").replaceChildren(...answer.errors.map((text) => Object.assign(document.createElement("pre"), { textContent: text })));
  if (!seen) $("failure").textContent = "";
  enter(wanted.scene);
  if (wanted.scene && answer.errors.length) $("failure").textContent = answer.errors.join("\n");
}

// Shows the page of a scene, or the gallery.
function enter(key) {
  const scene = gallery?.[key];
  $("gallery").hidden = Boolean(scene) || !gallery;
  $("stage").hidden = !scene;
  $("theme").value = wanted.theme;
  document.title = scene ? `${scene.title || key} · gdanim` : "gdanim";
  if (!scene) {
    // Perhaps it is back when its script can be read again.
    if (gallery) $("line").textContent = key && `There is no scene ${key} here.`;
    return;
  }
  $("line").textContent = "";
  $("beside").hidden = beside;
  linkBeside();
  $("title").textContent = scene.title || key;
  $("about").textContent = scene.text || scene.title;
  const knobs = scene.controls.map((control) => [control.name, controlOf(control, turn)]);
  setters = Object.fromEntries(knobs.map(([name, knob]) => [name, knob.set]));
  $("knobs").replaceChildren(...knobs.map(([, knob]) => knob.element));
  $("reset").hidden = !knobs.length;
  setKnobs();
  if (wanted.frame === null && !matchMedia("(prefers-reduced-motion: reduce)").matches) play(true);
  pursue();
}

function setKnobs() {
  for (const { name, default: usual } of gallery[wanted.scene].controls) setters[name](wanted.knobs[name] ?? usual);
}

function turn(name, text) {
  const knobs = { ...wanted.knobs, [name]: text };
  if (gallery[wanted.scene].controls.find((one) => one.name === name).default === text) delete knobs[name];
  want({ knobs });
}

// Changes what is wanted. A training that takes a while is given up for it, anything else is awaited.
function want(change, push = false) {
  wanted = { ...wanted, ...change };
  remember(push);
  if (asked && !$("training").hidden && (change.knobs || change.start || change.points)) giveUp();
  pursue();
}

function giveUp() {
  asked = null;
  $("training").hidden = true;
}

function linkBeside() {
  const state = toAddress(wanted).slice(1);
  $("beside").href = `side.html${location.search}#${new URLSearchParams({ left: state, right: state })}`;
}

let later = 0;
function remember(push) {
  linkBeside();
  if (push) return history.pushState(null, "", toAddress(wanted));
  // Browsers allow a page some hundred changes of its address in half a minute.
  clearTimeout(later);
  later = setTimeout(() => {
    history.replaceState(null, "", toAddress(wanted));
    if (beside) parent.postMessage({ state: location.hash }, location.origin);
  }, 200);
}

function showAbout(answer) {
  about = answer;
  $("time").max = answer.steps.length - 1;
  $("picture").setAttribute("aria-label", answer.description);
  $("description").textContent = answer.description;
  $("command").textContent = answer.command;
  for (const id of ["same", "command"]) $(id).hidden = !answer.command;
  $("no-command").hidden = Boolean(answer.command);
  $("failure").textContent = answer.notice;
  showHands(answer.hands);
}

function showHands(hands) {
  $("by-hand").hidden = !hands.names.length;
  $("own-data").hidden = !hands.points.length;
  // While something is moved, the ends of the sliders stay.
  if (!setParameters || !wanted.start.length) {
    setParameters = parameterSliders($("parameters"), hands, (start) => { play(false); want({ start, frame: 0 }); });
    setParameters(hands.start);
  } else if (!$("parameters").contains(document.activeElement)) {
    setParameters(hands.start);
  }
  if (document.activeElement !== $("points")) $("points").value = hands.points.map((one) => one.join(", ")).join("\n");
}

function showTraining({ taken, steps }) {
  $("training").hidden = false;
  Object.assign($("taken"), { value: taken, max: steps });
  $("training-words").textContent = `Step ${taken.toLocaleString("en")} of ${steps.toLocaleString("en")}`;
}

function showDrawing({ drawn, frames }) {
  $("training").hidden = false;
  Object.assign($("taken"), { value: drawn, max: frames });
  $("training-words").textContent = `Frame ${drawn.toLocaleString("en")} of ${frames.toLocaleString("en")}`;
}

function showFile({ name, content }) {
  keep(new Blob([content], { type: "video/mp4" }), name);
  done();
}

function keep(blob, name) {
  const link = Object.assign(document.createElement("a"), { href: URL.createObjectURL(blob), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

function showPicture(answer) {
  paint($("picture"), answer);
  seen = asked.key;
  const last = about.steps.length - 1;
  if (wanted.frame > last) {
    wanted.frame = last;
    seen = keyOf(look(), last);
  }
  done();
  describe(answer.frame);
}

function done() {
  asked = null;
  $("training").hidden = true;
}

function showExplanation({ paragraphs }) {
  $("explanation").dataset.key = keyOf({ ...look(), theme: "", size: null });
  $("explanation").replaceChildren(...paragraphs.map((text) => Object.assign(document.createElement("p"), { textContent: text })));
  done();
}

function showFailure({ kind, message, number: of }) {
  if (of === 0 && asked) refused = asked.key;
  if (asked?.ask === "explain") $("explanation").dataset.key = keyOf({ ...look(), theme: "", size: null });
  else if (asked?.ask === "show") seen = asked.key;
  $("failure").textContent = message ?? (kind === "stopped" ? "Stopped." : "");
  done();
  play(false);
}

// Says step and loss at the frame, and whether the loss fell or rose in the last step.
function describe(frame) {
  $("time").value = frame;
  const step = about.steps[frame];
  const before = about.steps.findLastIndex((one) => one < step);
  const several = Object.keys(about.losses).length > 1;
  const words = Object.entries(about.losses).map(([label, losses]) => {
    const [old, now] = [losses[before], losses[frame]];
    const name = several ? `${label}: ` : "";
    if (now === null) return `${name}loss not finite`;
    const change = before < 0 || old === null || old === now ? "" : now < old ? " ↓ fell" : " ↑ rose";
    return `${name}loss ${Number(now.toPrecision(4))}${change}`;
  });
  const text = [`step ${step.toLocaleString("en")}`, ...words].join(" · ");
  $("now").textContent = text;
  $("time").setAttribute("aria-valuetext", text);
  const line = about.captions.find((one) => one.first <= frame && frame <= one.last)?.text ?? "";
  if ($("caption").textContent !== line) $("caption").textContent = line;
}

function play(on) {
  if (on && about && wanted.frame >= about.steps.length - 1) wanted.frame = 0;
  playing = on ? { since: performance.now(), from: wanted.frame ?? 0 } : null;
  $("play").textContent = on ? "Pause" : "Play";
  if (on) requestAnimationFrame(tick);
}

function tick(now) {
  if (!playing || !gallery[wanted.scene]) return;
  if (about && !asked) {
    const last = about.steps.length - 1;
    const frame = playing.from + Math.floor(Math.max(0, now - playing.since) / 1000 * about.fps * Number($("speed").value));
    if (frame > wanted.frame) want({ frame: Math.min(frame, last) });
    if (frame >= last) return play(false);
  } else if (!about || $("training").hidden === false) {
    playing = { since: now, from: wanted.frame ?? 0 };
  }
  requestAnimationFrame(tick);
}

function step(by) {
  if (!about) return;
  play(false);
  const { steps } = about;
  const here = steps[wanted.frame ?? 0];
  const next = by > 0 ? steps.find((one) => one > here) : steps.findLast((one) => one < here);
  if (next !== undefined) want({ frame: steps.lastIndexOf(next) });
}

$("play").addEventListener("click", () => play(!playing));
$("back").addEventListener("click", () => step(-1));
$("forward").addEventListener("click", () => step(1));
$("time").addEventListener("input", () => { play(false); want({ frame: Number($("time").value) }); });
$("speed").addEventListener("change", () => { if (playing) play(true); });
$("theme").addEventListener("change", () => want({ theme: $("theme").value }, true));
$("reset").addEventListener("click", () => { want({ knobs: {} }, true); setKnobs(); });
$("stop").addEventListener("click", () => { if (asked?.ask === "show") seen = asked.key; ask({ ask: "stop", number: ++number }); giveUp(); $("failure").textContent = "Stopped."; });
$("explain").addEventListener("toggle", pursue);
$("link").addEventListener("click", async () => {
  history.replaceState(null, "", toAddress(wanted));
  await navigator.clipboard.writeText(location.href);
});
$("still").addEventListener("click", () => $("picture").toBlob((blob) => keep(blob, `${wanted.scene}.png`)));
$("video").addEventListener("click", () => { play(false); video = true; pursue(); });
$("learn").addEventListener("click", learn);
$("own-start").addEventListener("click", () => want({ start: [] }, true));
$("own-points").addEventListener("click", () => want({ points: [] }, true));
$("use-points").addEventListener("click", () => fit($("points").value));
for (const form of ["knobs", "parameters"]) $(form).addEventListener("submit", (event) => event.preventDefault());

// From the start that is set, whatever the last frame was.
function learn() {
  wanted.frame = 0;
  play(true);
}

function fit(text) {
  try {
    want({ points: pointsIn(text) }, true);
    $("failure").textContent = "";
  } catch (error) {
    $("failure").textContent = error.message;
  }
}

onPicture($("picture"), $("grip"), () => about && { ...about.hands, start: wanted.start.length ? wanted.start : about.hands.start,
  points: wanted.points.length ? wanted.points : about.hands.points }, (change, done) => {
  play(false);
  want(change.start ? { ...change, frame: 0 } : change, done);
  if (done && change.start && !matchMedia("(prefers-reduced-motion: reduce)").matches) learn();
});
$("stage").addEventListener("dragover", (event) => event.preventDefault());
$("stage").addEventListener("drop", async (event) => {
  event.preventDefault();
  const [file] = event.dataTransfer.files;
  if (!$("own-data").hidden) fit(file ? await file.text() : event.dataTransfer.getData("text"));
});
addEventListener("message", ({ origin, data }) => {
  if (beside && origin === location.origin && data.play !== undefined) data.play ? learn() : play(false);
});
dark.addEventListener("change", pursue);
addEventListener("resize", pursue);
addEventListener("keydown", (event) => {
  if ($("stage").hidden || event.target.closest("input, select, button, textarea, summary, a") || event.ctrlKey || event.metaKey || event.altKey) return;
  const action = { " ": () => play(!playing), ArrowRight: () => step(1), ArrowLeft: () => step(-1) }[event.key];
  if (action) {
    event.preventDefault();
    action();
  }
});
addEventListener("popstate", () => {
  const before = wanted.scene;
  clearTimeout(later);
  wanted = { ...fromAddress() };
  if (wanted.scene !== before) {
    play(false);
    about = null;
    setParameters = null;
  }
  enter(wanted.scene);
});

ask = connect(token, receive, (reason) => {
  play(false);
  $("line").textContent = reason || "The connection to Python is lost: start `gdanim play` again, and reload this page.";
});
