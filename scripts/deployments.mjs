// The public record of a deployment, deployments/<chainId>.json: what a verifier of the code has to know. Format: docs/operations.md.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/**
 * Writes the record and returns its path. `made` has one entry per contract, as deployed: its source path under contracts/, its
 * artifact, its address, and the receipt and data of the transaction that created it.
 */
export function recordDeployment(folder, chainId, made) {
  const record = { chainId, contracts: Object.fromEntries(made.map((m) => [m.artifact.contractName, entry(m)])) };
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${chainId}.json`);
  writeFileSync(file, `${JSON.stringify(record, null, 2)}\n`);
  return file;
}

function entry({ path, artifact, address, receipt, data }) {
  if (!data.startsWith(artifact.bytecode)) throw new Error(`${path} was not created from its artifact`);
  return {
    address,
    source: `contracts/${path}`,
    block: receipt.blockNumber,
    transaction: receipt.hash,
    // ABI-encoded; what follows the creation code in the transaction's data.
    constructorArguments: `0x${data.slice(artifact.bytecode.length)}`,
  };
}
