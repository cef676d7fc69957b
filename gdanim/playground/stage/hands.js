// What is moved by hand: the start of the descents and the points that they fit. What can be moved,
// and in which panels, is in the `hands` of an About (by_hand.py).
import { controlOf } from "./controls.js";

// How near a point the pointer takes hold of it, in CSS pixels.
const NEAR = 14;
const short = (value) => Number(value.toPrecision(5));

// A slider for each parameter; `moved(start)` is called at every change. Returns a way to set them.
export function parameterSliders(place, { names, start, least, most }, moved) {
  let now = [...start];
  const knobs = names.map((name, k) => controlOf(
    { name, kind: "slider", allowed: "", least: least[k], most: most[k], whole: false, logarithmic: false },
    (_, text) => { now = now.map((one, other) => (other === k ? Number(text) : one)); moved(now); }, "parameter"));
  place.replaceChildren(...knobs.map((one) => one.element));
  return (next) => { now = [...next]; knobs.forEach((one, k) => one.set(String(next[k]))); };
}

// Dragging on the picture moves points and the start; a double click adds and removes points.
// `hands()` says what can be moved; `move(change, done)` is called with a new `start` or `points`.
export function onPicture(canvas, grip, hands, move) {
  let dragged = null;

  function at(event) {
    const box = canvas.getBoundingClientRect();
    const scale = Math.min(box.width / canvas.width, box.height / canvas.height);
    const [wide, high] = [scale * canvas.width, scale * canvas.height];
    const across = event.clientX - box.left - (box.width - wide) / 2;
    const down = event.clientY - box.top - (box.height - high) / 2;
    const number = dragged?.number ?? hands().places.findIndex(({ box: [left, top, w, h] }) =>
      Math.abs(across / wide - left - w / 2) <= w / 2 && Math.abs(down / high - top - h / 2) <= h / 2);
    const place = hands().places[number];
    if (!place) return null;
    const { box: [left, top, w, h], x, y } = place;
    const share = (value) => Math.min(Math.max(value, 0), 1);
    return {
      number, place,
      x: short(x[0] + (x[1] - x[0]) * share((across / wide - left) / w)),
      y: short(y[1] - (y[1] - y[0]) * share((down / high - top) / h)),
      pixels: [wide * w / (x[1] - x[0]), high * h / (y[1] - y[0])],
    };
  }

  function nearest({ x, y, pixels }) {
    const far = hands().points.map(([px, py]) => Math.hypot((px - x) * pixels[0], (py - y) * pixels[1]));
    const least = Math.min(...far);
    return least <= NEAR ? far.indexOf(least) : -1;
  }

  function follow(event, done) {
    const here = at(event);
    if (!here) return;
    grip.hidden = done;
    const box = canvas.parentElement.getBoundingClientRect();
    grip.style.translate = `${event.clientX - box.left}px ${event.clientY - box.top}px`;
    if (dragged.point === undefined) {
      const start = [...hands().start];
      here.place.parameters.forEach((k, axis) => { start[k] = axis ? here.y : here.x; });
      move({ start }, done);
    } else if (!done || dragged.moved) {
      dragged.moved = true;
      move({ points: hands().points.map((one, k) => (k === dragged.point ? [here.x, here.y] : one)) }, done);
    }
  }

  function takenAt(event) {
    const here = hands() && at(event);
    if (!here) return null;
    if (here.place.parameters.length) return { number: here.number };
    const point = nearest(here);
    return point < 0 ? null : { number: here.number, point };
  }

  canvas.addEventListener("pointerdown", (event) => {
    dragged = event.button === 0 ? takenAt(event) : null;
    if (!dragged) return;
    canvas.setPointerCapture(event.pointerId);
    if (dragged.point === undefined) follow(event, false);
  });
  canvas.addEventListener("pointermove", (event) => {
    if (dragged) follow(event, false);
    else canvas.style.cursor = takenAt(event) ? "grab" : "";
  });
  for (const end of ["pointerup", "pointercancel"]) {
    canvas.addEventListener(end, (event) => {
      if (dragged) follow(event, true);
      dragged = null;
    });
  }
  // A finger on a point or on the map moves it, elsewhere the page.
  canvas.addEventListener("touchstart", (event) => { if (takenAt(event.touches[0])) event.preventDefault(); }, { passive: false });
  canvas.addEventListener("dblclick", (event) => {
    const here = hands() && at(event);
    if (!here || here.place.parameters.length) return;
    const near = nearest(here);
    const { points } = hands();
    move({ points: near < 0 ? [...points, [here.x, here.y]] : points.filter((_, k) => k !== near) }, true);
  });
}

// Reads two columns of numbers; a first line of names is skipped. Throws words for the reader.
export function pointsIn(text) {
  const lines = text.split(/\r?\n/).map((line) => line.trim()).filter(Boolean);
  const rows = lines.map((line) => line.split(/[\s,;]+/).map(Number));
  const right = ([x, y, ...more]) => Number.isFinite(x) && Number.isFinite(y) && !more.length;
  if (rows.length > 1 && !right(rows[0])) [rows, lines].forEach((all) => all.shift());
  const wrong = rows.findIndex((row) => !right(row));
  if (wrong >= 0) throw new Error(`${lines[wrong].slice(0, 40)}: must be two numbers, such as 1.5, 2`);
  if (rows.length < 2 || rows.length > 300) throw new Error(`Points: must be 2 to 300, got ${rows.length}`);
  return rows;
}
