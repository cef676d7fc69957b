// Requests to a session and its answers, over a WebSocket; their form is in messages.py.

// `receive` is called with every answer; a picture or a file has its bytes as `content`.
export function connect(token, receive, lost) {
  const socket = new WebSocket(`ws://${location.host}/ws?token=${encodeURIComponent(token)}`);
  socket.binaryType = "arraybuffer";
  socket.addEventListener("message", ({ data }) => receive(decoded(data)));
  socket.addEventListener("close", ({ reason }) => lost(reason));
  return (request) => {
    if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(request));
  };
}

function decoded(data) {
  if (typeof data === "string") return JSON.parse(data);
  const length = new DataView(data).getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(data, 4, length)));
  return { ...header, content: new Uint8ClampedArray(data, 4 + length) };
}

export function paint(canvas, { size: [width, height], rectangles, content }) {
  if (canvas.width !== width || canvas.height !== height) {
    canvas.width = width;
    canvas.height = height;
  }
  const context = canvas.getContext("2d");
  let at = 0;
  for (const [left, top, w, h] of rectangles) {
    context.putImageData(new ImageData(content.slice(at, at + 4 * w * h), w, h), left, top);
    at += 4 * w * h;
  }
}
