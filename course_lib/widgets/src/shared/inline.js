// The little markup that texts in demos may carry: `code`, *emphasis*, <sub>, <sup>. Everything else is plain text.
import { el } from "./dom.js";

const MARKUP = /`([^`]+)`|(?<![\w*])\*([^\s*](?:[^*]*[^\s*])?)\*(?![\w*])|<(sub|sup)>([^<]+)<\/\3>/g;

/** Splits a text into pieces [tag, text]; the tag is null for plain text. */
export function pieces(text) {
  const found = [];
  let end = 0;
  for (const match of text.matchAll(MARKUP)) {
    const [all, code, emphasis, tag, small] = match;
    if (match.index > end) found.push([null, text.slice(end, match.index)]);
    found.push([tag ?? (code ? "code" : "em"), code ?? emphasis ?? small]);
    end = match.index + all.length;
  }
  if (end < text.length) found.push([null, text.slice(end)]);
  return found;
}

/** A text with its markup as page nodes; what is not markup stays text, whatever it holds. */
export const inline = (text) => pieces(text).map(([tag, piece]) => (tag ? el(tag, {}, piece) : piece));
