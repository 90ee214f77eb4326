// The mutation report: pure functions of snapshots/mutation.json and the explanations of what survived.
import { readdirSync } from "node:fs";

const leastKilled = 9_500; // basis points
const kinds = ["operator", "condition", "constant", "check dropped", "statement dropped"];

/** Sources with code that runs in production: no tests, no mocks, and neither interfaces nor types, which have none. */
export function productionFiles(folder) {
  return readdirSync(folder, { recursive: true })
    .filter((f) => f.endsWith(".sol") && !/^(mocks|interfaces|types)\//.test(f))
    .map((f) => `contracts/${f}`)
    .sort();
}

const tally = (mutants) => {
  const count = (verdict) => mutants.filter((m) => m.verdict === verdict).length;
  const [killed, survived] = [count("killed"), count("survived")];
  return {
    killed,
    survived,
    judged: killed + survived,
    equivalent: count("equivalent"),
    invalid: count("invalid"),
    undecided: count("undecided"),
  };
};
const bps = ({ killed, judged }) => (judged === 0 ? 10_000 : Math.floor((killed * 10_000) / judged));
const percent = (t) => `${Math.floor(bps(t) / 100)}.${String(bps(t) % 100).padStart(2, "0")} %`;
const all = (snapshot) => Object.values(snapshot.files).flatMap((f) => f.mutants);

/** Why the report may not stand: other code, too few killed, a survivor without an explanation. */
export function faults(snapshot, code, explanations) {
  const found = [];
  for (const [file, hash] of Object.entries(code))
    if (snapshot.files[file]?.code !== hash) found.push(`the report is of another ${file}: run ./scripts/mutate.sh`);
  for (const file of Object.keys(snapshot.files))
    if (!code[file]) found.push(`${file} is gone: run ./scripts/mutate.sh`);
  const total = tally(all(snapshot));
  if (total.undecided > 0) found.push(`${total.undecided} mutants are undecided: run ./scripts/mutate.sh to go on`);
  if (total.judged < 300) found.push(`${total.judged} mutants are too few to say anything`);
  if (bps(total) < leastKilled) found.push(`${percent(total)} killed is less than 95 %`);
  const survivors = all(snapshot).filter((m) => m.verdict === "survived");
  for (const m of survivors)
    if (!explanations[m.id]) found.push(`survivor ${m.id} is not explained in scripts/mutation/survivors.json`);
  const ids = new Set(survivors.map((m) => m.id));
  // Of a sample, explanations may wait for what it left out.
  for (const id of snapshot.sample ? [] : Object.keys(explanations))
    if (!ids.has(id)) found.push(`the explanation of ${id} is of no survivor`);
  return found;
}

/** docs/mutation.md */
export function render(snapshot, explanations) {
  const total = tally(all(snapshot));
  const minutes = Math.round(all(snapshot).reduce((sum, m) => sum + m.ms, 0) / 60_000);
  const row = (name, t) =>
    `| ${name} | ${t.judged} | ${t.killed} | ${t.survived} | ${percent(t)} | ${t.equivalent} | ${t.invalid} | ${t.undecided} |`;
  const head = (name) =>
    `| ${name} | mutants | killed | survived | killed, % | same code | not compiling | undecided |\n|---|--:|--:|--:|--:|--:|--:|--:|`;
  const files = Object.entries(snapshot.files).filter(([, f]) => f.mutants.length > 0);
  const extent = snapshot.sample
    ? `A sample of ${snapshot.sample.count} with seed ${snapshot.sample.seed}.`
    : "Every mutant that the operators below make.";
  return `# Mutation tests of the contracts

Written by \`./scripts/mutate.sh\`; do not edit. Each mutant is one change in one production source. The contracts with the change in them are compiled
(without the optimizer, and without the IR pipeline where a contract does without it) and put in place of the compiled ones under every Solidity test, unit tests first,
invariants last; if nothing failed, the random ones once more with more cases. A test that fails kills the mutant.

**${total.killed} of ${total.judged} killed: ${percent(total)}.** ${extent} ${minutes} worker-minutes.

${head("source")}
${files.map(([file, f]) => row(`\`${file.replace("contracts/", "")}\``, tally(f.mutants))).join("\n")}
${row("all", total)}

${head("change")}
${kinds.map((k) => row(k, tally(all(snapshot).filter((m) => m.kind === k)))).join("\n")}

*operator*: arithmetic, bitwise, comparison (boundary and direction), logical, compound assignment, \`++\`, \`!\`, \`min\`/\`max\`, rounding up → down. *condition*: an \`if\` made
always and never true, branches of \`?:\` exchanged. *constant*: numbers plus one, booleans, strings, \`type(T).max\`. *check dropped*: \`if (…) revert\`, \`require\`, a modifier.
*statement dropped*: assignments, calls, events. Changes that leave the compiled code as it was (*same code*) or do not compile are not counted, nor are
those that nobody has judged yet (*undecided*). Inline assembly is not mutated.

## Survivors

${survivorsOf(snapshot, explanations) || "None.\n"}`;
}

function survivorsOf(snapshot, explanations) {
  const short = (text) => {
    const line = text.replace(/\s+/g, " ").replaceAll("|", "\\|");
    return line === "" ? "nothing" : `\`${line.length > 90 ? `${line.slice(0, 89)}…` : line}\``;
  };
  return Object.entries(snapshot.files)
    .flatMap(([file, f]) => f.mutants.filter((m) => m.verdict === "survived").map((m) => ({ file, ...m })))
    .map(
      (m) =>
        `- \`${m.file.replace("contracts/", "")}:${m.line}\` (\`${m.where}\`, ${m.id}): ${short(m.from)} → ${short(m.to)}. ${explanations[m.id] ?? "**Not explained.**"}\n`,
    )
    .join("");
}
