// The whole state of the stage is in the address, so that a link shows the same.

export function fromAddress(hash = location.hash) {
  const fields = new URLSearchParams(hash.slice(1));
  const text = (name) => fields.get(name) ?? "";
  const state = { scene: text("scene"), theme: text("theme") || "auto", frame: null, knobs: {},
    start: numbers(text("start")), points: text("points").split(";").filter(Boolean).map(numbers) };
  if (/^\d+$/.test(text("frame"))) state.frame = Number(text("frame"));
  for (const [name, value] of fields) {
    if (name.startsWith("knob.")) state.knobs[name.slice(5)] = value;
  }
  return state;
}

export function toAddress({ scene, theme = "auto", frame = null, knobs = {}, start = [], points = [] }) {
  const fields = new URLSearchParams({ scene });
  for (const [name, text] of Object.entries(knobs)) fields.set(`knob.${name}`, text);
  if (theme !== "auto") fields.set("theme", theme);
  if (start.length) fields.set("start", start);
  if (points.length) fields.set("points", points.join(";"));
  if (frame !== null) fields.set("frame", frame);
  return `#${fields}`;
}

const numbers = (text) => text.split(",").filter(Boolean).map(Number);
