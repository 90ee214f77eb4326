// Mutation tests of the contracts: changes one thing at a time and asks whether a Solidity test notices.
// node scripts/mutate.mjs              judges what the report lacks or holds for other code, then writes the report
//   --all                              everything again          --survivors   what survived unexplained, under today's tests
//   --sample N [--seed S]              a repeatable choice of N  --minutes M   stops after M minutes; the next run goes on
//   --workers W (2)                    processes                 --only PATTERN   sources whose path matches
//   --partial                          writes the report of what is judged so far; it does not stand
// node scripts/mutate.mjs --check      compiles nothing: is the report of this code, does it hold 95 %, is every survivor explained?
import { fork } from "node:child_process";
import { createHash } from "node:crypto";
import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { codeHash, mutantsOf, sample } from "./mutation/mutants.mjs";
import { faults, productionFiles, render } from "./mutation/report.mjs";

const { values: options } = parseArgs({
  options: {
    check: { type: "boolean", default: false },
    all: { type: "boolean", default: false },
    survivors: { type: "boolean", default: false },
    only: { type: "string", default: "" },
    partial: { type: "boolean", default: false },
    sample: { type: "string" },
    seed: { type: "string", default: "1" },
    minutes: { type: "string", default: "600" },
    workers: { type: "string", default: "2" },
  },
});
const at = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url));
const read = (path) => readFileSync(at(path), "utf8");
const snapshotPath = "snapshots/mutation.json";
const reportPath = "docs/mutation.md";
const explanations = JSON.parse(read("scripts/mutation/survivors.json"));
const folder = at(".run/mutation");
const journal = { results: `${folder}/results.jsonl`, plan: `${folder}/plan.json` };
const files = productionFiles(at("contracts"));
const code = Object.fromEntries(files.map((f) => [f, codeHash(read(f))]));
const chosen = options.sample ? { count: Number(options.sample), seed: options.seed } : null;

function check() {
  const snapshot = existsSync(at(snapshotPath)) ? JSON.parse(read(snapshotPath)) : { files: {} };
  const found = faults(snapshot, code, explanations);
  if (found.length === 0 && read(reportPath) !== render(snapshot, explanations))
    found.push(`${reportPath} is not what ${snapshotPath} says: run node scripts/mutate.mjs`);
  for (const fault of found) console.error(`mutation: ${fault}`);
  if (found.length === 0) console.log("mutation: the report is of this code");
  process.exit(found.length ? 1 : 0);
}

async function run() {
  const deadline = Date.now() + Number(options.minutes) * 60_000;
  const { build, choosePipelines, compile, isTest, loadArtifacts, loadSources } = await import("./mutation/system.mjs");
  const artifacts = await loadArtifacts();
  const system = loadSources(artifacts);
  const { output, errors } = compile(system, 0, { "*": { "": ["ast"] } });
  if (errors.length) throw new Error(errors[0]);
  const source = (file) => `project/${file}`;
  const mutants = files.flatMap((file) => {
    const content = read(file);
    if (system.sources[source(file)]?.content !== content) throw new Error(`${file} is not compiled as it stands`);
    return mutantsOf(file, content, output.sources[source(file)].ast).map((m) => ({ ...m, source: source(m.file) }));
  });
  const wanted = chosen ? sample(mutants, chosen.count, chosen.seed) : mutants;

  const tests = hashOf(artifacts.filter(isTest).map((t) => t.contract.bytecode));
  const known = priorVerdicts(tests);
  const pending = wanted.filter((m) => !known.has(m.id) && new RegExp(options.only).test(m.file));
  console.log(`${mutants.length} mutants, ${wanted.length} wanted, ${pending.length} to judge`);
  if (pending.length > 0) {
    const contracts = choosePipelines(system, artifacts);
    const { codes, error } = build(system, contracts);
    if (error) throw new Error(error);
    const plan = { system, contracts, codes, users: usersOf(output.sources, contracts) };
    writeFileSync(journal.plan, JSON.stringify(plan));
    await judgeAll(pending, known, tests, deadline);
  }
  const left = wanted.filter((m) => !known.has(m.id)).length;
  if (left > 0) console.log(`${left} mutants are left: run again to go on`);
  if (left === 0 || options.partial) write(wanted, known);
  if (left === 0) rmSync(journal.results, { force: true });
}

/**
 * Verdicts that still count: the report's, and those of an interrupted run, both for files whose code has not changed since. What
 * survived an interrupted run without an explanation is judged again when the tests have changed.
 */
function priorVerdicts(testsHash) {
  mkdirSync(folder, { recursive: true });
  const known = new Map();
  if (!options.all && existsSync(at(snapshotPath)))
    for (const [file, entry] of Object.entries(JSON.parse(read(snapshotPath)).files))
      if (entry.code === code[file])
        for (const m of entry.mutants)
          if (m.verdict !== "undecided" && (m.verdict !== "survived" || !options.survivors || explanations[m.id]))
            known.set(m.id, m);
  if (existsSync(journal.results))
    for (const line of readFileSync(journal.results, "utf8").split("\n").filter(Boolean)) {
      const { file, code: of, tests, ...verdict } = JSON.parse(line);
      const stands = verdict.verdict !== "survived" || tests === testsHash || explanations[verdict.id];
      if (of === code[file] && stands) known.set(verdict.id, verdict);
    }
  return known;
}

const hashOf = (texts) => createHash("sha256").update(texts.join("\n")).digest("hex").slice(0, 16);

/** Which contracts contain a source, directly or by import. */
function usersOf(compiled, contracts) {
  const users = {};
  for (const { source, name } of contracts) {
    const reached = new Set();
    (function follow(path) {
      if (reached.has(path)) return;
      reached.add(path);
      (users[path] ??= []).push(`${source}:${name}`);
      for (const n of compiled[path].ast.nodes) if (n.nodeType === "ImportDirective") follow(n.absolutePath);
    })(source);
  }
  return users;
}

async function judgeAll(pending, known, tests, deadline) {
  const queue = [...pending];
  // Tests have a gas limit, so they end; on a busy machine that takes a while. No answer is no verdict.
  const limit = 1_200_000;
  const began = Date.now();
  let judged = 0;

  const settle = (mutant, result, since) => {
    const verdict = { id: mutant.id, ...result, ms: Date.now() - since };
    known.set(mutant.id, verdict);
    const line = { file: mutant.file, code: code[mutant.file], tests, ...verdict };
    appendFileSync(journal.results, `${JSON.stringify(line)}\n`);
    if (verdict.verdict === "survived")
      console.log(`survived ${mutant.id} ${mutant.file}:${mutant.line} ${mutant.from} → ${mutant.to}`);
    if (++judged % 25 === 0)
      console.log(`${judged} of ${pending.length} judged in ${Math.round((Date.now() - began) / 1000)} s`);
  };

  const work = (first) =>
    new Promise((resolve, reject) => {
      const child = fork(at("scripts/mutation/worker.mjs"), [journal.plan, first ? "first" : "next"]);
      let mutant, since, timer;
      const next = () => {
        clearTimeout(timer);
        mutant = Date.now() < deadline ? queue.shift() : undefined;
        if (!mutant) return child.disconnect();
        since = Date.now();
        timer = setTimeout(() => child.kill("SIGKILL"), limit);
        child.send(mutant);
      };
      child.on("message", ({ ready, broken, id, ...result }) => {
        if (broken) return reject(new Error(`the unchanged contracts fail ${broken}`));
        if (!ready) settle(mutant, result, since);
        next();
      });
      child.on("exit", (exitCode, signal) => {
        clearTimeout(timer);
        if (!mutant) return exitCode === 0 ? resolve() : reject(new Error("a worker could not start"));
        if (signal === "SIGKILL" && Date.now() - since >= limit) console.log(`no answer about ${mutant.id}`);
        else
          return reject(new Error(`a worker ended over ${mutant.file}:${mutant.line} ${mutant.from} → ${mutant.to}`));
        work(false).then(resolve, reject);
      });
    });
  await Promise.all(Array.from({ length: Number(options.workers) }, (_, i) => work(i === 0)));
}

function write(wanted, known) {
  const entries = files.map((file) => {
    const mutants = wanted
      .filter((m) => m.file === file)
      .map((m) => {
        const { verdict, by, ms } = known.get(m.id) ?? { verdict: "undecided", ms: 0 };
        const told = { id: m.id, kind: m.kind, verdict };
        if (by) told.by = by.split(".")[0];
        if (verdict === "survived") Object.assign(told, { line: m.line, where: m.where, from: m.from, to: m.to });
        return { ...told, ms };
      });
    return [file, { code: code[file], mutants }];
  });
  const snapshot = { sample: chosen, files: Object.fromEntries(entries) };
  const lines = JSON.stringify(snapshot, null, 1)
    .replace(/\n {5,}/g, " ")
    .replace(/\n {4}\}/g, " }");
  writeFileSync(at(snapshotPath), `${lines}\n`);
  const report = render(snapshot, explanations);
  writeFileSync(at(reportPath), report);
  console.log(report.split("\n").find((l) => l.startsWith("**")));
  for (const fault of faults(snapshot, code, explanations)) console.log(`mutation: ${fault}`);
}

if (options.check) check();
else await run();
