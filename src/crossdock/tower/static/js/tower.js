// What pages gain with scripts; every page reads and acts without them. One module for each gain.
import { keys } from "./keys.js";
import { live } from "./live.js";
import { palette } from "./palette.js";
import { sheets } from "./sheets.js";
import { times } from "./times.js";
import { choosing } from "./choosing.js";

document.documentElement.dataset.scripts = "on";
keys();
palette();
sheets();
times();
choosing();
live();
if (document.querySelector("[data-chart]")) import("./charts.js").then((charts) => charts.draw());
if (document.querySelector("[data-map]")) import("./map.js").then((map) => map.draw());
