// A control for each knob of a scene, as controls.py describes it.

// Positions of a slider from end to end.
const POSITIONS = 1000;

// `changed(name, text)` is called at every change; returns the element and a way to set its text.
export function controlOf(control, changed, prefix = "knob") {
  const place = document.createElement("div");
  place.className = "knob";
  const label = document.createElement("label");
  label.textContent = control.name;
  label.htmlFor = `${prefix}-${control.name}`;
  place.append(label);
  const tell = (text) => changed(control.name, text);
  const kind = { slider, switch: toggle, choice }[control.kind] ?? entry;
  return { element: place, set: kind(control, place, label, tell) };
}

function slider(control, place, label, tell) {
  const set = entry(control, place, label, (text) => { range.value = positionOf(control, Number(text), Number(range.max)); tell(text); });
  const range = Object.assign(document.createElement("input"), { type: "range", min: 0, max: POSITIONS });
  range.setAttribute("aria-label", `${control.name}, slider`);
  if (control.whole) range.max = Math.min(POSITIONS, control.most - control.least);
  const say = (text) => range.setAttribute("aria-valuetext", text);
  range.addEventListener("input", () => {
    const text = valueAt(control, Number(range.value), Number(range.max));
    set(text, range);
    say(text);
    tell(text);
  });
  label.nextSibling.after(range);
  return (text, from) => {
    set(text);
    say(text);
    if (from !== range) range.value = positionOf(control, Number(text), Number(range.max));
  };
}

// The value of a position, with three digits; the ends exactly.
export function valueAt({ least, most, whole, logarithmic }, position, positions = POSITIONS) {
  const share = position / positions;
  if (share === 0) return String(least);
  if (share === 1) return String(most);
  const value = logarithmic ? least * (most / least) ** share : least + (most - least) * share;
  if (whole) return String(Math.round(value));
  const digits = logarithmic ? 3 : Math.max(1, 3 + Math.ceil(Math.log10(Math.abs(value) / (most - least))));
  const tidy = Number(value.toPrecision(Math.min(digits, 15)));
  return String(Math.min(Math.max(tidy, least), most));
}

export function positionOf({ least, most, logarithmic }, value, positions = POSITIONS) {
  const inside = Math.min(Math.max(value, least), most);
  return Math.round(positions * (logarithmic ? Math.log(inside / least) / Math.log(most / least) : (inside - least) / (most - least)));
}

function entry(control, place, label, tell) {
  const number = control.kind !== "text";
  const input = Object.assign(document.createElement("input"), { id: label.htmlFor, type: number ? "number" : "text", step: control.whole ? 1 : "any" });
  if (!number) input.maxLength = 200;
  if (control.least !== null && control.kind !== "slider") input.min = control.least;
  if (control.most !== null && control.kind !== "slider") input.max = control.most;
  input.addEventListener("change", () => input.value !== "" && tell(input.value));
  const row = document.createElement("span");
  row.className = "row";
  row.append(input);
  if (control.kind === "seed") row.append(dice(input, tell));
  label.after(row);
  const hint = document.createElement("small");
  hint.id = `${label.htmlFor}-allowed`;
  hint.textContent = control.allowed;
  if (control.allowed) {
    input.setAttribute("aria-describedby", hint.id);
    place.append(hint);
  }
  return (text) => { input.value = text; };
}

function dice(input, tell) {
  const button = Object.assign(document.createElement("button"), { type: "button", textContent: "⚄", title: "Another seed" });
  button.setAttribute("aria-label", "Another seed");
  button.addEventListener("click", () => {
    input.value = Math.floor(1000 * Math.random());
    tell(input.value);
  });
  return button;
}

function toggle(control, place, label, tell) {
  const input = Object.assign(document.createElement("input"), { id: label.htmlFor, type: "checkbox" });
  input.addEventListener("change", () => tell(String(input.checked)));
  label.after(input);
  return (text) => { input.checked = text === "true"; };
}

function choice(control, place, label, tell) {
  const select = Object.assign(document.createElement("select"), { id: label.htmlFor });
  select.append(...control.choices.map((text) => new Option(text)));
  select.addEventListener("change", () => tell(select.value));
  label.after(select);
  return (text) => { select.value = text; };
}
