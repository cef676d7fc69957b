// The whole state of the stage is in the address, so that a link shows the same.

export function fromAddress(hash = location.hash) {
  const fields = new URLSearchParams(hash.slice(1));
  const state = { scene: fields.get("scene") ?? "", theme: fields.get("theme") ?? "auto", frame: null, knobs: {} };
  if (/^\d+$/.test(fields.get("frame") ?? "")) state.frame = Number(fields.get("frame"));
  for (const [name, text] of fields) {
    if (name.startsWith("knob.")) state.knobs[name.slice(5)] = text;
  }
  return state;
}

export function toAddress({ scene, theme, frame, knobs }) {
  const fields = new URLSearchParams({ scene });
  for (const [name, text] of Object.entries(knobs)) fields.set(`knob.${name}`, text);
  if (theme !== "auto") fields.set("theme", theme);
  if (frame !== null) fields.set("frame", frame);
  return `#${fields}`;
}
