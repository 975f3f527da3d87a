// A script or a sheet of ours in the head of the page, once it is there.
export function loaded(tag, given) {
  return new Promise((done, failed) => {
    document.head.append(Object.assign(document.createElement(tag), { ...given, onload: done, onerror: failed }));
  });
}
