// Plain ERC-1155 tokens, compiled here with the settings of our own contracts.
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { id as hash } from "ethers";
import { gas } from "./harness.mjs";

const solc = createRequire(import.meta.url)("solc");
const at = (path) => new URL(path, import.meta.url);
const settings = { optimizer: { enabled: true, runs: 200 }, viaIR: true, evmVersion: "cancun" };

export function compilePeer(name) {
  const source = `${name}.sol`;
  const input = {
    language: "Solidity",
    sources: { [source]: { content: readFileSync(at(`../peers/${source}`), "utf8") } },
    settings: { ...settings, outputSelection: { [source]: { [name]: ["abi", "evm.bytecode.object"] } } },
  };
  const output = JSON.parse(solc.compile(JSON.stringify(input), { import: fromPackages }));
  const error = output.errors?.find((e) => e.severity === "error");
  if (error) throw new Error(error.formattedMessage);
  const { abi, evm } = output.contracts[source][name];
  return { abi, bytecode: `0x${evm.bytecode.object}` };
}

function fromPackages(path) {
  const found = ["../../node_modules/", "../peers/node_modules/"].map((folder) => at(folder + path)).find(existsSync);
  return found ? { contents: readFileSync(found, "utf8") } : { error: `${path} is in no package` };
}

/** One of these, driven as ours is: the same ids, amounts and kinds of holders. */
export async function measure1155(h, name) {
  const token = await h.deployArtifact(compilePeer(name));
  const id = hash("a lease");
  const rows = {};
  await gas(token.connect(h.relayer).mint(h.provider, hash("another lease"), 1_000_000));
  rows.mint = await gas(token.connect(h.relayer).mint(h.provider, id, 1_000_000));
  const transfer = () => token.connect(h.provider).safeTransferFrom(h.provider, h.holder, id, 250_000, "0x");
  rows.transferNew = await gas(transfer());
  rows.transferExisting = await gas(transfer());
  rows.approve = await gas(token.connect(h.provider).setApprovalForAll(h.relayer, true));
  return rows;
}
