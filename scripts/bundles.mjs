// Writes what a block explorer needs to verify deployed contracts: for each a standard JSON input with only the sources it needs, and a
// description of the rest. docs/operations.md says which field goes where for Sourcify, Blockscout and Etherscan.
// node scripts/bundles.mjs --deployment deployments/<chainId>.json --out <folder> [--rpc URL]
// With --rpc every bundle is compiled again and compared with the chain: creation code, arguments and code as it runs.
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { JsonRpcProvider } from "ethers";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const artifacts = join(root, "artifacts", "contracts");
const readJson = (...path) => JSON.parse(readFileSync(join(...path), "utf8"));

/** The bundle of one contract of a deployment record: `{ input, description }`. Reads the build. */
export function bundleOf(chainId, name, entry) {
  const artifact = readJson(artifacts, entry.source, `${name}.json`);
  const { input, solcLongVersion } = readJson(artifacts, "build-info", `${artifact.buildInfoId}.json`);
  const { output } = readJson(artifacts, "build-info", `${artifact.buildInfoId}.output.json`);
  const needed = importedBy(artifact.inputSourceName, output.sources);
  return {
    input: {
      language: input.language,
      sources: Object.fromEntries(needed.map((s) => [s, { content: input.sources[s].content }])),
      settings: { ...input.settings, outputSelection: selection },
    },
    description: {
      chainId,
      address: entry.address,
      contractName: `${artifact.inputSourceName}:${name}`,
      compilerVersion: `v${solcLongVersion}`,
      constructorArguments: entry.constructorArguments.slice(2),
      creationTransaction: entry.transaction,
      license: "MIT",
    },
  };
}

const selection = { "*": { "*": ["abi", "evm.bytecode", "evm.deployedBytecode", "metadata"] } };

/** A source and all it imports, sorted. */
export function importedBy(source, compiled, reached = new Set()) {
  if (reached.has(source)) return reached;
  reached.add(source);
  for (const node of compiled[source].ast.nodes)
    if (node.nodeType === "ImportDirective") importedBy(node.absolutePath, compiled, reached);
  return [...reached].sort();
}

/** Compiles a bundle as an explorer would, with no access to our files. */
export function compileBundle({ input, description }) {
  const solc = createRequire(import.meta.url)("solc");
  const version = solc.version();
  if (!version.startsWith(description.compilerVersion.slice(1)))
    throw new Error(`the compiler here is ${version}, not ${description.compilerVersion}`);
  const at = description.contractName.lastIndexOf(":");
  const [source, name] = [description.contractName.slice(0, at), description.contractName.slice(at + 1)];
  const outputSelection = { [source]: { [name]: ["evm.bytecode", "evm.deployedBytecode"] } };
  const settings = { ...input.settings, outputSelection };
  const output = JSON.parse(solc.compile(JSON.stringify({ ...input, settings })));
  const error = output.errors?.find((e) => e.severity === "error");
  if (error) throw new Error(error.formattedMessage);
  return output.contracts[source][name].evm;
}

/** What is wrong with a bundle, compiled again, against the data of the creating transaction and the code on chain. */
export function differences(evm, description, createdWith, running) {
  const found = [];
  if (createdWith !== `0x${evm.bytecode.object}${description.constructorArguments}`)
    found.push("creation code and constructor arguments are not what the transaction carried");
  const { object, immutableReferences } = evm.deployedBytecode;
  const blanked = Buffer.from(running.slice(2), "hex");
  for (const places of Object.values(immutableReferences)) {
    const values = places.map(({ start, length }) => blanked.subarray(start, start + length).toString("hex"));
    if (new Set(values).size !== 1) found.push("an immutable has two values");
    for (const { start, length } of places) blanked.fill(0, start, start + length);
  }
  if (blanked.toString("hex") !== object) found.push("the code that runs is another");
  return found;
}

export function writeBundle(folder, name, { input, description }) {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${name}.input.json`), JSON.stringify(input));
  writeFileSync(join(folder, `${name}.json`), `${JSON.stringify(description, null, 2)}\n`);
}

export function readBundles(folder) {
  return readdirSync(folder)
    .filter((f) => f.endsWith(".input.json"))
    .map((f) => f.replace(".input.json", ""))
    .map((name) => ({
      name,
      input: readJson(folder, `${name}.input.json`),
      description: readJson(folder, `${name}.json`),
    }));
}

async function main() {
  const { values: options } = parseArgs({
    options: { deployment: { type: "string" }, out: { type: "string" }, rpc: { type: "string" } },
  });
  if (!options.deployment || !options.out) throw new Error("--deployment <file> and --out <folder> are required");
  const record = readJson(options.deployment);
  for (const [name, entry] of Object.entries(record.contracts))
    writeBundle(options.out, name, bundleOf(record.chainId, name, entry));
  const bundles = readBundles(options.out);
  console.log(`${bundles.length} bundles in ${options.out}`);
  if (!options.rpc) return;

  const provider = new JsonRpcProvider(options.rpc, undefined, { staticNetwork: true });
  let failed = 0;
  for (const bundle of bundles) {
    const { creationTransaction, address } = bundle.description;
    const { data } = await provider.getTransaction(creationTransaction);
    const found = differences(compileBundle(bundle), bundle.description, data, await provider.getCode(address));
    failed += found.length;
    console.log(`${bundle.name}: ${found.join("; ") || "is what runs"}`);
  }
  provider.destroy();
  process.exitCode = failed ? 1 : 0;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main();
