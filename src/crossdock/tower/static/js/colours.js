// What a colour of ours is right now, for what draws without style sheets.
export function resolved(name, within = document.body) {
  const probe = document.createElement("span");
  probe.style.color = `var(${name})`;
  within.append(probe);
  const colour = getComputedStyle(probe).color;
  probe.remove();
  return colour;
}
