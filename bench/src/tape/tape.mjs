// Builds one tape of the length given and sweeps it. Prints the processor time, and how far memory rose above what it was before.
import { grad } from 'fluxion';

const length = Number(process.argv[2]);
const repeats = Number(process.argv[3] ?? 1);

// One entry for each turn, and nothing kept but the last value.
const f = (x, n) => {
  let y = x;
  for (let i = 0; i < n; i++) y = Math.sin(y);
  return y;
};

const gradient = grad(f);
// Warm code, short tapes: about a million entries in all.
for (let i = 0; i < 1000; i++) gradient(1, 1000);

globalThis.gc();
const before = process.memoryUsage.rss();
const times = [];
let expected = 1;
for (let i = 0, y = 1; i < length; i++) {
  expected *= Math.cos(y);
  y = Math.sin(y);
}
for (let r = 0; r < repeats; r++) {
  const start = process.cpuUsage();
  const found = gradient(1, length);
  const { user, system } = process.cpuUsage(start);
  times.push((user + system) / 1000);
  if (!(Math.abs(found - expected) <= 1e-9 * Math.abs(expected))) throw new Error(`wrong: ${found}, not ${expected}`);
}
const peak = process.resourceUsage().maxRSS * 1024;
times.sort((a, b) => a - b);
console.log(JSON.stringify({ milliseconds: times[times.length >> 1], bytes: peak - before }));
