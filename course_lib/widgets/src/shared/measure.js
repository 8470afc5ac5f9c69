// Widths of boxes. Reading one makes the browser lay the page out, so each is read once for each arrangement of the demo.

const measured = new WeakMap();

/** The inner width of a box; `layout` names the arrangement, and changes whenever boxes may get other widths. */
export function widthOf(box, layout) {
  const before = measured.get(box);
  if (before?.layout === layout) return before.width;
  const width = box.clientWidth;
  measured.set(box, { layout, width });
  return width;
}
