// Reads a claim token with ordinary libraries only (ethers, @openzeppelin/merkle-tree), as a wallet or an explorer would.
// node read-token.mjs --rpc URL --api URL --deployment deployment.json
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { StandardMerkleTree } from "@openzeppelin/merkle-tree";
import { Contract, JsonRpcProvider, toBeHex } from "ethers";

const { values: options } = parseArgs({
  options: { rpc: { type: "string" }, api: { type: "string" }, deployment: { type: "string" } },
});
const { contracts, deployedAtBlock } = JSON.parse(readFileSync(options.deployment, "utf8"));
const provider = new JsonRpcProvider(options.rpc, undefined, { staticNetwork: true });

const claims = new Contract(
  contracts.leaseClaims,
  [
    "function balanceOf(address account, uint256 id) view returns (uint256)",
    "function totalSupply(uint256 id) view returns (uint256)",
    "function uri(uint256 id) view returns (string)",
    "function contractURI() view returns (string)",
    "function supportsInterface(bytes4 id) view returns (bool)",
    "event TransferSingle(address indexed operator, address indexed from, address indexed to, uint256 id, uint256 value)",
    "event Claimed(uint256 indexed id, address indexed holder, address indexed to, uint96 amount)",
  ],
  provider,
);
const leaf =
  "tuple(uint256 leaseId, uint32 epoch, uint96 rent, uint64 remainder, uint256 creditParts, uint64 gpuSeconds, uint64 wattHours, uint64 curtailedSeconds, uint64 heatWattHours, bytes32 recordHash)";
const ledger = new Contract(
  contracts.epochLedger,
  [
    `function leafHash(${leaf} leaf) pure returns (bytes32)`,
    "function isActive(uint32 epoch, bytes32 root) view returns (bool)",
  ],
  provider,
);
const get = async (path) => {
  const response = await fetch(new URL(path, options.api));
  assert.equal(response.status, 200, path);
  return response.json();
};

await readInterfaces();
const { items: leases } = await get("/v1/leases");
assert.ok(leases.length >= 4);
const epoch = Math.max(...(await get("/v1/epochs")).items.map((e) => e.epoch));
for (const lease of leases) {
  await readBalances(lease);
  await readMetadata(lease);
  await readProof(lease);
}
console.log("all checks hold");
provider.destroy();

async function readInterfaces() {
  for (const id of ["0xd9b67a26", "0x0e89341c", "0x41c4fbad"]) assert.ok(await claims.supportsInterface(id), id);
  assert.equal((await (await fetch(await claims.contractURI())).json()).name.length > 0, true);
}

// Balances as the chain gives them, as the events add up, and as the API says.
async function readBalances(lease) {
  const sums = new Map();
  for (const { args } of await claims.queryFilter(claims.filters.TransferSingle(), deployedAtBlock)) {
    if (args.id !== BigInt(lease.id)) continue;
    sums.set(args.from, (sums.get(args.from) ?? 0n) - args.value);
    sums.set(args.to, (sums.get(args.to) ?? 0n) + args.value);
  }
  const { items: holders } = await get(`/v1/leases/${lease.id}/holders`);
  assert.ok(holders.length >= 4);
  let total = 0n;
  for (const holder of holders) {
    const balance = await claims.balanceOf(holder.address, lease.id);
    assert.equal(balance, BigInt(holder.units));
    assert.equal(balance, sums.get(holder.address) ?? 0n);
    total += balance;
  }
  assert.equal(total, await claims.totalSupply(lease.id));

  const claimed = await claims.queryFilter(claims.filters.Claimed(lease.id), deployedAtBlock);
  const paid = claimed.reduce((sum, { args }) => sum + args.amount, 0n);
  const said = holders.reduce((sum, h) => sum + BigInt(h.claimed.amount.replace(".", "")), 0n);
  assert.equal(paid, said);
  console.log(
    `${lease.id.slice(0, 10)}: ${holders.length} holders, ${total} units, ${claimed.length} claims paid ${paid} base units`,
  );
}

async function readMetadata(lease) {
  const uri = (await claims.uri(lease.id)).replace("{id}", toBeHex(lease.id, 32).slice(2));
  const response = await fetch(uri);
  assert.equal(response.status, 200, uri);
  const metadata = await response.json();
  assert.ok(metadata.name && metadata.attributes.length > 0);
  const image = await fetch(metadata.image);
  assert.equal(image.status, 200, metadata.image);
  assert.match(image.headers.get("content-type"), /svg/);
  console.log(`  ${metadata.name}: ${metadata.attributes.length} attributes and an image`);
}

// The proof of the latest epoch, where an ended lease keeps its final leaf: checked by the library, against the root on chain.
async function readProof(lease) {
  const { leaf: hash, values, proof, root } = await get(`/v1/epochs/${epoch}/leases/${lease.id}/proof`);
  const types = ["uint256", "uint32", "uint96", "uint64", "uint256", "uint64", "uint64", "uint64", "uint64", "bytes32"];
  assert.ok(StandardMerkleTree.verify(root, types, values, proof));
  const wrong = values.with(2, String(BigInt(values[2]) + 1n));
  assert.ok(!StandardMerkleTree.verify(root, types, wrong, proof));
  assert.equal(await ledger.leafHash(values), hash);
  assert.ok(await ledger.isActive(epoch, root));
  console.log(`  proof of epoch ${epoch} holds, ${proof.length} levels`);
}
