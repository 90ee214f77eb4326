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
const largestCode = 24_576; // bytes, EIP-170
// Without the IR pipeline a mutant compiles three times faster; a contract that needs the pipeline gets it.
const pipelines = [false, true];

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

export const isTest = (artifact) => artifact.id.source.startsWith("project/contracts/test/");
const isSuite = (artifact) =>
  artifact.id.source.endsWith(".t.sol") &&
  artifact.contract.bytecode !== "0x" &&
  JSON.parse(artifact.contract.abi).some((f) => f.type === "function" && /^(test|invariant)/.test(f.name));

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
export function compile({ sources, remappings }, viaIR, outputSelection) {
  const settings = {
    remappings,
    viaIR,
    evmVersion: "cancun",
    optimizer: { enabled: true, runs: 200 },
    metadata: { bytecodeHash: "none", appendCBOR: false },
    outputSelection,
  };
  const output = JSON.parse(solc.compile(JSON.stringify({ language: "Solidity", sources, settings })));
  const errors = (output.errors ?? []).filter((e) => e.severity === "error").map((e) => e.message);
  return { output, errors };
}

/** Contracts a source takes part in: `{ source, name, viaIR }`, with the pipeline that each needs. */
export function choosePipelines(system, artifacts) {
  const deployed = artifacts.filter(
    (a) => !isTest(a) && a.id.source.startsWith("project/") && a.contract.bytecode !== "0x",
  );
  return deployed.map(({ id }) => {
    for (const viaIR of pipelines) {
      const { output, errors } = compile(system, viaIR, codeOf([{ source: id.source, name: id.name }]));
      const code = output.contracts?.[id.source]?.[id.name]?.evm;
      if (errors.length === 0 && code.deployedBytecode.object.length / 2 <= largestCode)
        return { source: id.source, name: id.name, viaIR };
      if (viaIR) throw new Error(`${id.name} does not compile: ${errors[0] ?? "too large"}`);
    }
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
  for (const viaIR of pipelines) {
    const group = contracts.filter((c) => c.viaIR === viaIR);
    if (group.length === 0) continue;
    const { output, errors } = compile(system, viaIR, codeOf(group));
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
  const suites = artifacts.filter(isSuite).map((a) => a.id);
  const common = {
    projectRoot: hre.config.paths.root,
    hardfork: "Prague",
    localPredeploys: l1GenesisState(l1HardforkFromString("Prague")),
    gasLimit: 3_000_000_000n, // an endless loop ends
    disableBlockGasLimit: true,
    disableTransactionGasCap: true,
    collectStackTraces: CollectStackTraces.OnFailure,
  };
  const profiles = {
    quick: {
      fuzz: { runs: 32, seed: "0x1" },
      invariant: { runs: 2, depth: 100, failOnRevert: true, shrinkRunLimit: 0 },
    },
    thorough: {
      fuzz: { runs: 256, seed: "0x2" },
      invariant: { runs: 8, depth: 250, failOnRevert: true, shrinkRunLimit: 0 },
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
          [suite],
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
