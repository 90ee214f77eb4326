// Judges mutants, one message each. Started by mutate.mjs with the plan's file as argument.
import { readFileSync } from "node:fs";
import { mutated } from "./mutants.mjs";
import { build, loadArtifacts, production, testRunner } from "./system.mjs";

const plan = JSON.parse(readFileSync(process.argv[2], "utf8"));
const { suites, firstFailure } = await testRunner(await loadArtifacts());
const kills = new Map(); // file → suite → how many of its mutants the suite has killed

/** The suites most likely to kill first; the invariants, which take longest, last. */
function order(file) {
  const of = kills.get(file) ?? new Map();
  const rank = (s) => (of.get(s.name) ?? 0) - (/Invariant/.test(s.name) ? 1e9 : 0);
  return suites.toSorted((a, b) => rank(b) - rank(a));
}

async function judge(mutant) {
  const content = mutated(plan.system.sources[mutant.source].content, mutant);
  const system = { ...plan.system, sources: { ...plan.system.sources, [mutant.source]: { content } } };
  const contracts = plan.contracts.filter((c) => plan.users[mutant.source].includes(`${c.source}:${c.name}`));
  const { codes, error } = build(system, contracts);
  if (error) return { verdict: "invalid" };
  if (sameCode(codes, plan.codes)) return { verdict: "equivalent" };
  for (const profile of ["quick", "thorough"])
    for (const suite of order(mutant.file)) {
      if (profile === "thorough" && !suite.random) continue;
      const by = await firstFailure(suite, codes, profile);
      if (by === null) continue;
      const of = kills.get(mutant.file) ?? new Map();
      kills.set(mutant.file, of.set(suite.name, (of.get(suite.name) ?? 0) + 1));
      return { verdict: "killed", by };
    }
  // Nothing noticed it; the optimizer may show that there is nothing to notice.
  const optimized = contracts.map((c) => ({ ...c, pipeline: production }));
  const same = sameCode(build(system, optimized).codes, productionCodes(optimized));
  return { verdict: same ? "equivalent" : "survived" };
}

const built = new Map();
function productionCodes(contracts) {
  for (const c of contracts) if (!built.has(c.name)) built.set(c.name, build(plan.system, [c]).codes);
  return Object.assign({}, ...contracts.map((c) => built.get(c.name)));
}

const sameCode = (codes, others) =>
  Object.entries(codes).every(([name, { bytecode }]) => bytecode === others[name].bytecode);

// The unmutated system, built the way mutants are, must pass: otherwise every mutant would count as killed.
for (const suite of suites)
  for (const profile of process.argv[3] === "first" ? ["quick", "thorough"] : ["quick"]) {
    if (profile === "thorough" && !suite.random) continue;
    const failure = await firstFailure(suite, plan.codes, profile);
    if (failure) {
      process.send({ broken: failure });
      process.exit(1);
    }
  }
process.send({ ready: true });
process.on("message", async (mutant) => process.send({ id: mutant.id, ...(await judge(mutant)) }));
