// Measures what the contracts' transactions cost, from real receipts: intrinsic gas, calldata and cold access included.
// node scripts/gas.mjs          prints the table and fails when a row grew past snapshots/gas.json or its budget
// node scripts/gas.mjs --write  records the table in snapshots/gas.json
import { readFileSync, writeFileSync } from "node:fs";
import { open } from "./gas/harness.mjs";
import { measureOurs } from "./gas/ours.mjs";
import { ourTable } from "./gas/report.mjs";

const snapshot = new URL("../snapshots/gas.json", import.meta.url);
const h = await open();
const rows = await measureOurs(h);
await h.close();

const write = process.argv.includes("--write");
const recorded = write ? {} : JSON.parse(readFileSync(snapshot, "utf8"));
let failed = 0;
for (const [name, [used, budget]] of Object.entries(rows)) {
  const grown = !write && used > (recorded[name] ?? 0);
  const over = budget !== null && used > budget;
  if (grown || over) failed++;
  const limit = budget === null ? "" : ` of ${String(budget).padStart(8)}`;
  const was = write || used === recorded[name] ? "" : ` was ${recorded[name] ?? "not recorded"}`;
  console.log(
    `${name.padEnd(62)} ${String(used).padStart(8)}${limit}${was}${grown ? " GREW" : ""}${over ? " OVER BUDGET" : ""}`,
  );
}
const lost = Object.keys(recorded).filter((name) => !(name in rows));
for (const name of lost) console.log(`${name}: recorded, but not measured`);
const budgets = Object.fromEntries(Object.entries(rows).map(([name, [, budget]]) => [name, budget]));
const stale =
  !write && !readFileSync(new URL("../docs/gas.md", import.meta.url), "utf8").includes(ourTable(recorded, budgets));
if (stale) console.log("docs/gas.md shows other figures: ./scripts/gas-report.sh writes it");
if (write) {
  const figures = Object.fromEntries(Object.entries(rows).map(([name, [used]]) => [name, used]));
  writeFileSync(snapshot, `${JSON.stringify(figures, null, 2)}\n`);
}
process.exit(failed + lost.length || stale ? 1 : 0);
