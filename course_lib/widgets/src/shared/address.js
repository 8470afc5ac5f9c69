// A set-up as the part of an address behind "#", so that it can be linked: #name?depth=20&activation=relu.

export const toHash = (name, values) => `#${name}?${new URLSearchParams(values)}`;

/** The values that an address asks a demo for, as URLSearchParams, or null where it asks for another or for none. */
export const fromHash = (name, hash) =>
  hash.startsWith(`#${name}?`) ? new URLSearchParams(hash.slice(name.length + 2)) : null;

/** In JupyterLab the address belongs to JupyterLab: only on a published page may a demo be linked. */
export const published = (host) => host.closest(".course-demo-host") !== null;

/** Takes the set-up that the address asks for, now and when a link changes it; the first demo of its kind does. */
export function followAddress(node, name, apply, signal) {
  node.dataset.demo = name;
  const follow = () => {
    const values = fromHash(name, location.hash);
    if (!values || document.querySelector(`[data-demo="${name}"]`) !== node) return;
    apply(values);
    node.scrollIntoView();
  };
  addEventListener("hashchange", follow, { signal });
  follow();
}
