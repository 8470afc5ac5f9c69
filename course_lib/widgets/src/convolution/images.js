// Pictures into planes: samples and arrays that came with the demo, the reader's file, the reader's drawing.
import { plane } from "./numerics.js";
import { DRAWING_SIDE } from "./state.js";

const FILE_SIDE = 256;

const bytes = (data) => data.buffer.slice(data.byteOffset, data.byteOffset + data.byteLength);

/** Reads a sample as the Python side describes it; returns { name, title, credit, planes, low, high, whole }. */
export async function decode(name, { title, credit, encoding, height, width, channels, low, high, data }) {
  const about = { name, title, credit, low, high };
  if (encoding === "uint8" || encoding === "float32") {
    const values = encoding === "uint8" ? new Uint8Array(bytes(data)) : new Float32Array(bytes(data));
    return {
      ...about,
      planes: split(values, height, width, channels, channels),
      whole: values.every(Number.isInteger),
    };
  }
  const bitmap = await createImageBitmap(new Blob([bytes(data)], { type: `image/${encoding}` }));
  return { ...about, planes: draw(bitmap, width, height, channels), whole: true };
}

/** Reads the reader's file, at most 256 pixels a side. */
export async function decodeFile(file) {
  let bitmap;
  try {
    bitmap = await createImageBitmap(file);
  } catch {
    throw new Error(`“${file.name}” could not be read as a picture. PNG, JPEG, WebP and GIF files can.`);
  }
  const scale = Math.min(1, FILE_SIDE / Math.max(bitmap.width, bitmap.height));
  const width = Math.max(1, Math.round(bitmap.width * scale));
  const height = Math.max(1, Math.round(bitmap.height * scale));
  return { name: "file", title: file.name, planes: draw(bitmap, width, height, 3), low: 0, high: 255, whole: true };
}

/** The reader's drawing: values from 0 to 10. */
export const drawing = (data = new Float32Array(DRAWING_SIDE ** 2)) => ({
  name: "drawing",
  title: "Your drawing",
  planes: [plane(DRAWING_SIDE, DRAWING_SIDE, data)],
  low: 0,
  high: 10,
  whole: true,
});

/** A cross to begin with, so that the drawing pad is not empty. */
export function firstDrawing() {
  const data = new Float32Array(DRAWING_SIDE ** 2);
  for (let place = 2; place < DRAWING_SIDE - 2; place++) {
    data[place * DRAWING_SIDE + place] = 10;
    data[place * DRAWING_SIDE + DRAWING_SIDE - 1 - place] = 10;
  }
  return drawing(data);
}

/** The drawing with one cell painted. */
export function painted(picture, row, column, value) {
  const data = picture.planes[0].data.slice();
  data[row * DRAWING_SIDE + column] = value;
  return drawing(data);
}

function draw(bitmap, width, height, channels) {
  const canvas = document.createElement("canvas");
  Object.assign(canvas, { width, height });
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.fillStyle = "#ffffff"; // under transparent parts
  context.fillRect(0, 0, width, height);
  context.imageSmoothingQuality = "high";
  context.drawImage(bitmap, 0, 0, width, height);
  return split(context.getImageData(0, 0, width, height).data, height, width, 4, channels);
}

/** Takes the first `channels` of values that lie pixel by pixel, `stride` apart. */
function split(values, height, width, stride, channels) {
  return Array.from({ length: channels }, (_, channel) =>
    plane(
      height,
      width,
      Float32Array.from({ length: height * width }, (_, index) => values[stride * index + channel]),
    ),
  );
}
