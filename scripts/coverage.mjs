// Line coverage of the production contracts, read from an lcov file; fails under 98 %, or when a contract with code is not in it.
// node scripts/coverage.mjs coverage/lcov.info
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { productionFiles } from "./mutation/report.mjs";

const least = 98;
const files = new Map();
let file;
for (const line of readFileSync(process.argv[2], "utf8").split("\n")) {
  if (line.startsWith("SF:")) files.set((file = line.slice(3)), { lines: 0, missed: [] });
  const [, number, hits] = line.match(/^DA:(\d+),(\d+)/) ?? [];
  if (number === undefined) continue;
  files.get(file).lines++;
  if (hits === "0") files.get(file).missed.push(number);
}

// A contract that only inherits has no line of its own to reach.
const bodiless = ["contracts/Authority.sol"];
const production = productionFiles(fileURLToPath(new URL("../contracts", import.meta.url))).filter(
  (name) => !bodiless.includes(name),
);
let lines = 0;
let missed = 0;
let absent = 0;
for (const name of production) {
  const found = files.get(name);
  if (!found) console.log(`${name}: not reached by any test`);
  absent += found ? 0 : 1;
  lines += found?.lines ?? 0;
  missed += found?.missed.length ?? 0;
  if (found?.missed.length) console.log(`${name}: not reached in lines ${found.missed.join(", ")}`);
}
const covered = lines === 0 ? 0 : ((lines - missed) * 100) / lines;
console.log(
  `${lines - missed} of ${lines} lines of ${production.length} production sources covered: ${covered.toFixed(2)} %`,
);
process.exit(absent === 0 && covered >= least ? 0 : 1);
