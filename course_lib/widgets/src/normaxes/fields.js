// What the reader can set.
import { oneOf, range } from "../shared/fields.js";
import { SHAPE } from "./numerics.js";

export const fields = {
  norm: oneOf("Norm", "batch", [["batch", "batch norm"], ["layer", "layer norm"], ["instance", "instance norm"], ["group", "group norm"]]),
  groups: oneOf("Groups (of group norm)", "3", ["1", "2", "3", "6"].map((count) => [count, count])),
  times: oneOf("Multiply by ten", "nothing", [
    ["nothing", "nothing"],
    ["example", "example 0"],
    ["channel", "channel 0 of all examples"],
    ["picture", "channel 0 of example 0"],
  ]),
  example: range("Example n", 1, 0, SHAPE.examples - 1),
  channel: range("Channel c", 2, 0, SHAPE.channels - 1),
  row: range("Row h", 0, 0, SHAPE.rows - 1),
  column: range("Column w", 1, 0, SHAPE.columns - 1),
  seed: range("Random numbers", 1, 1, 99),
};
