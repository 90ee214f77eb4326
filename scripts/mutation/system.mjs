// What is mutated and how it is judged: the compiled system, its tests, and the compiler, all in this process.
import { readFileSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import {
  CollectStackTraces,
  EdrContext,
  L1_CHAIN_TYPE,
  l1GenesisState,
  l1HardforkFromString,
  l1SolidityTestRunnerFactory,
} from "@nomicfoundation/edr";
import hre from "hardhat";

const solc = createRequire(import.meta.url)("solc");
// What a mutant is compiled with: the first of these that its contract compiles with. All mean the same program; the first takes a tenth
// of the time that production's last takes.
const pipelines = [
  { viaIR: false, optimizer: { enabled: false } },
  { viaIR: true, optimizer: { enabled: false, details: { yul: true, yulDetails: { optimizerSteps: "" } } } },
  { viaIR: true, optimizer: { enabled: true, runs: 200 } },
];
/** Production's own: a mutant that compiles to the same code with it is none. */
export const production = pipelines.length - 1;

/** Every compiled artifact as the test runner wants it, contracts and tests. */
export async function loadArtifacts() {
  const roots = [hre.config.paths.artifacts, await hre.solidity.getArtifactsDirectory("tests")];
  return roots.flatMap((root) =>
    readdirSync(root, { recursive: true, withFileTypes: true })
      .filter((e) => e.isFile() && e.name.endsWith(".json") && !e.parentPath.includes("build-info"))
      .map((e) => JSON.parse(readFileSync(join(e.parentPath, e.name), "utf8")))
      .filter((a) => a.abi && a.bytecode)
      .map((a) => ({
        id: { name: a.contractName, solcVersion: "0.8.36", source: a.inputSourceName ?? a.sourceName },
        buildInfoId: a.buildInfoId,
        contract: {
          abi: JSON.stringify(a.abi),
          bytecode: a.bytecode,
          linkReferences: a.linkReferences,
          deployedBytecode: a.deployedBytecode,
          deployedLinkReferences: a.deployedLinkReferences,
        },
      })),
  );
}

export const isTest = (artifact) => artifact.id.source.startsWith("project/tests/contracts/");
const isSuite = (artifact) =>
  artifact.id.source.endsWith(".t.sol") &&
  artifact.contract.bytecode !== "0x" &&
  JSON.parse(artifact.contract.abi).some((f) => f.type === "function" && /^(test|invariant)/.test(f.name));

/** Whether a longer profile makes a difference to the suite. Campaigns in search of a broken invariant are as long in both. */
const isRandom = (artifact) =>
  JSON.parse(artifact.contract.abi).some((f) => /^test/.test(f.name) && f.inputs.length > 0);

/** Sources and remappings of the production build, as the compiler was given them. */
export function loadSources(artifacts) {
  const ids = new Set(artifacts.filter((a) => !isTest(a)).map((a) => a.buildInfoId));
  const inputs = [...ids].map(
    (id) => JSON.parse(readFileSync(join(hre.config.paths.artifacts, "build-info", `${id}.json`), "utf8")).input,
  );
  const sources = Object.assign({}, ...inputs.map((i) => i.sources));
  const remappings = [...new Set(inputs.flatMap((i) => i.settings.remappings ?? []))];
  return { sources, remappings };
}

/** Compiles; the selection is the compiler's, errors come back as text. */
export function compile({ sources, remappings }, pipeline, outputSelection) {
  const settings = {
    remappings,
    ...pipelines[pipeline],
    evmVersion: "cancun",
    metadata: { bytecodeHash: "none", appendCBOR: false },
    outputSelection,
  };
  const output = JSON.parse(solc.compile(JSON.stringify({ language: "Solidity", sources, settings })));
  const errors = (output.errors ?? []).filter((e) => e.severity === "error").map((e) => e.message);
  return { output, errors };
}

/** Every contract of ours that tests can create: `{ source, name, pipeline }`. */
export function choosePipelines(system, artifacts) {
  const deployed = artifacts.filter(
    (a) => !isTest(a) && a.id.source.startsWith("project/") && a.contract.bytecode !== "0x",
  );
  return deployed.map(({ id: { source, name } }) => {
    const works = (_, pipeline) => compile(system, pipeline, codeOf([{ source, name }])).errors.length === 0;
    const pipeline = pipelines.findIndex(works);
    if (pipeline < 0) throw new Error(`${name} does not compile`);
    return { source, name, pipeline };
  });
}

export function codeOf(contracts) {
  const selection = {};
  for (const { source, name } of contracts)
    (selection[source] ??= {})[name] = ["evm.bytecode.object", "evm.deployedBytecode.object"];
  return selection;
}

/** Creation code of each contract, or the compiler's first error. */
export function build(system, contracts) {
  const codes = {};
  for (const pipeline of pipelines.keys()) {
    const group = contracts.filter((c) => c.pipeline === pipeline);
    if (group.length === 0) continue;
    const { output, errors } = compile(system, pipeline, codeOf(group));
    if (errors.length > 0) return { error: errors[0] };
    for (const { source, name } of group) {
      const { bytecode, deployedBytecode } = output.contracts[source][name].evm;
      codes[`${source}:${name}`] = {
        bytecode: `0x${bytecode.object}`,
        deployedBytecode: `0x${deployedBytecode.object}`,
      };
    }
  }
  return { codes };
}

export async function testRunner(artifacts) {
  const context = new EdrContext();
  await context.registerSolidityTestRunnerFactory(L1_CHAIN_TYPE, l1SolidityTestRunnerFactory());
  const suites = artifacts.filter(isSuite).map((a) => ({ ...a.id, random: isRandom(a) }));
  const common = {
    projectRoot: hre.config.paths.root,
    hardfork: "Prague",
    localPredeploys: l1GenesisState(l1HardforkFromString("Prague")),
    gasLimit: 30_000_000_000n, // an endless loop ends; the dispute campaign takes several thousand million without the optimizer
    disableBlockGasLimit: true,
    disableTransactionGasCap: true,
    collectStackTraces: CollectStackTraces.OnFailure,
  };
  const profiles = {
    quick: {
      fuzz: { runs: 32, seed: "0x1" },
      invariant: { runs: 3, depth: 150, failOnRevert: true, shrinkRunLimit: 0 },
    },
    thorough: {
      fuzz: { runs: 256, seed: "0x2" },
    },
  };

  /** The first test of the suite that fails with these codes in place of the compiled ones, or null. */
  async function firstFailure(suite, codes, profile) {
    const changed = artifacts.map(({ id, contract }) => {
      const code = codes[`${id.source}:${id.name}`];
      return { id, contract: code ? { ...contract, ...code } : contract };
    });
    // The result may arrive after the run is over, so it is what we wait for.
    const { testResults } = await new Promise((resolve, reject) => {
      context
        .runSolidityTests(
          L1_CHAIN_TYPE,
          changed,
          [{ name: suite.name, solcVersion: suite.solcVersion, source: suite.source }],
          { ...common, ...profiles[profile] },
          { buildInfos: [], ignoreContracts: false },
          resolve,
        )
        .catch(reject);
    });
    if (testResults.length === 0) throw new Error(`${suite.name} ran no test`);
    const failed = testResults.find((r) => r.status === "Failure");
    return failed ? `${suite.name}.${failed.name.replace(/\(.*/, "")}` : null;
  }
  return { suites, firstFailure };
}
