// Measures what the contracts' transactions cost, from real receipts: intrinsic gas, calldata and cold access included.
// node scripts/gas.mjs          prints the table and fails when a row grew past snapshots/gas.json or its budget
// node scripts/gas.mjs --write  records the table in snapshots/gas.json
import { readFileSync, writeFileSync } from "node:fs";
import { SimpleMerkleTree } from "@openzeppelin/merkle-tree";
import {
  AbiCoder,
  Contract,
  ContractFactory,
  MaxUint256,
  TypedDataEncoder,
  Wallet,
  getCreateAddress,
  id as hash,
  keccak256,
  solidityPackedKeccak256,
  zeroPadBytes,
} from "ethers";
import hre from "hardhat";
import { genesis } from "../hardhat.config.js";

const snapshot = new URL("../snapshots/gas.json", import.meta.url);
const day = 86_400;
// A fixed start: epoch numbers are calldata, and cost by their bytes.
const connection = await hre.network.connect({ network: "default", override: { initialDate: genesis } });
const { ethers } = connection;

// Parties: keys are hashes of names, so that every run has the same addresses and calldata.
const party = (name) => new Wallet(hash(`computerwa gas ${name}`), ethers.provider);
const [provider, lessee, holder, newcomer, relayer] = ["provider", "lessee", "holder", "newcomer", "relayer"].map(
  party,
);
const attestors = ["a", "b", "c"]
  .map((n) => party(`attestor ${n}`))
  .sort((a, b) => (a.address.toLowerCase() < b.address.toLowerCase() ? -1 : 1));
const [owner] = await ethers.getSigners();

for (const p of [provider, lessee, holder, newcomer, relayer])
  await (await owner.sendTransaction({ to: p.address, value: 10n ** 18n })).wait();

async function deploy(name, ...args) {
  const artifact = await hre.artifacts.readArtifact(name);
  const contract = await new ContractFactory(artifact.abi, artifact.bytecode, owner).deploy(...args);
  await contract.waitForDeployment();
  return contract;
}

const testDollar = await deploy("TestDollar");
const proxy = await deploy("AdminProxy", await deploy("UsdcLike"), owner.address);
const usdc = (await deploy("UsdcLike")).attach(await proxy.getAddress()).connect(relayer);
const authority = await deploy("Authority", owner.address);
const rootBond = 10_000_000_000n;

// A ledger and all that it needs; the window is zero for what is measured most.
async function deployAll(challengeWindow) {
  const nonce = await owner.getNonce();
  const [ledgerAt, claimsAt, bookAt] = [1, 2, 3].map((i) =>
    getCreateAddress({ from: owner.address, nonce: nonce + i }),
  );
  const eligibility = await deploy("Eligibility", owner.address, authority);
  const settings = {
    claims: claimsAt,
    book: bookAt,
    bondToken: testDollar,
    epochLength: day,
    challengeWindow,
    rootBond,
    disputeBond: 100_000_000n,
    threshold: 2,
    attestors: attestors.map((a) => a.address),
  };
  const ledger = await deploy("EpochLedger", settings, authority);
  const claims = await deploy(
    "LeaseClaims",
    bookAt,
    ledgerAt,
    eligibility,
    owner.address,
    "https://example.org/",
    authority,
  );
  const book = await deploy("LeaseBook", claimsAt, day, 7, authority);
  await testDollar.mint(owner, rootBond * 10n);
  await testDollar.approve(ledger, MaxUint256);
  await (await ledger.depositBond(rootBond * 2n)).wait();
  await eligibility.setPolicy(1, { membersOnly: true, minClass: 0 });
  for (const p of [provider, holder, newcomer])
    await eligibility.setMember(p, { validUntil: 4_000_000_000, jurisdiction: 840, investorClass: 2, blocked: false });
  for (const token of [testDollar, usdc]) {
    await claims.allowPayToken(token);
    for (const to of [lessee.address, claimsAt]) await (await token.mint(to, 10n ** 15n)).wait();
    await (await token.connect(lessee).approve(claimsAt, MaxUint256)).wait();
  }
  return { eligibility, ledger, claims, book, claimsAt };
}

const { ledger, claims, book, claimsAt } = await deployAll(0);

const domain = async (name, contract) => ({
  name: `ComputeRwa ${name}`,
  version: "1",
  chainId: 31337,
  verifyingContract: await contract.getAddress(),
});
const structOf = (contract, fn, path = (i) => i) =>
  path(contract.interface.getFunction(fn).inputs[0]).components.map(({ name, type }) => ({ name, type }));
const termsType = { LeaseTerms: structOf(book, "leaseId") };
const rootType = { EpochRoot: structOf(ledger, "post") };
const leafType = structOf(ledger, "sync".padEnd(4), () => ledger.interface.getFunction("sync").inputs[1]).map(
  (m) => m.type,
);
const bookDomain = await domain("LeaseBook", book);
const ledgerDomain = await domain("EpochLedger", ledger);

const today = async () => Math.floor((await ethers.provider.getBlock("latest")).timestamp / day);
const start = (await today()) + 2;
let leases = 0;

async function lease(token, from = lessee) {
  const terms = {
    provider: provider.address,
    lessee: from.address,
    payToken: await token.getAddress(),
    gpuModel: zeroPadBytes(Buffer.from("H100-SXM5-80GB"), 32),
    region: zeroPadBytes(Buffer.from("US-TX"), 32),
    gpuCount: 32,
    capacityRoot: hash(`capacity ${++leases}`),
    startEpoch: start,
    epochs: 365,
    method: 1,
    price: 2_490_000,
    floorPrice: 0,
    ceilingPrice: 0,
    rateBps: 0,
    takeOrPayBps: 7_000,
    slaBps: 9_900,
    slaCreditSlope: 10,
    slaCreditCapBps: 3_000,
    efficiencyTarget: 1_400,
    efficiencySlopeBps: 500,
    efficiencyCapBps: 300,
    curtailLimitBps: 1_000,
    curtailCreditBps: 500,
    poolBps: 8_000,
    feeBps: 200,
    noticeEpochs: 7,
    graceEpochs: 2,
    deposit: 0,
    units: 1_000_000,
    policy: 1,
    salt: hash(`salt ${leases}`),
  };
  const permit = {
    value: 0,
    deadline: 0,
    v: 0,
    r: hash("").replace(/./g, "0").replace("00", "0x"),
    s: `0x${"0".repeat(64)}`,
  };
  const sign = (who) => who.signTypedData(bookDomain, termsType, terms);
  return {
    id: TypedDataEncoder.hash(bookDomain, termsType, terms),
    terms,
    providerSignature: await sign(provider),
    lesseeSignature: await sign(from),
    permit,
  };
}

const gas = async (transaction) => Number((await (await transaction).wait()).gasUsed);
const rows = {};

// Originate
await gas(book.connect(relayer).originate(await lease(usdc)));
await gas(book.connect(relayer).originate(await lease(testDollar)));
rows["originate one, TestDollar"] = [await gas(book.connect(relayer).originate(await lease(testDollar))), 170_000];
const transferred = await lease(usdc);
rows["originate one, USDC-like"] = [await gas(book.connect(relayer).originate(transferred)), 170_000];

async function batch(count, token, fresh) {
  const items = [];
  for (let i = 0; i < count; i++) {
    const from = fresh ? party(`lessee ${leases}`) : lessee;
    if (fresh) {
      await (await owner.sendTransaction({ to: from.address, value: 10n ** 16n })).wait();
      await (await token.mint(from.address, 10n ** 12n)).wait();
      await (await token.connect(from).approve(claimsAt, MaxUint256)).wait();
    }
    items.push(await lease(token, from));
  }
  return { items, gas: await gas(book.connect(relayer).originateBatch(items)) };
}

const further = async (token, fresh) => {
  const small = await batch(1, token, fresh);
  const large = await batch(11, token, fresh);
  return Math.ceil((large.gas - small.gas) / 10);
};
rows["originate each further in a batch, TestDollar, one lessee"] = [await further(testDollar, false), 125_000];
rows["originate each further in a batch, USDC-like, one lessee"] = [await further(usdc, false), 125_000];
rows["originate each further in a batch, USDC-like, a lessee each"] = [await further(usdc, true), 125_000];
const fifty = [...(await batch(25, usdc, false)).items, ...(await batch(25, usdc, false)).items];

// Epochs
const abi = AbiCoder.defaultAbiCoder();
const leaf = (id, epoch, rent) => ({
  leaseId: id,
  epoch,
  rent,
  remainder: 123_456_789_012n,
  creditParts: 9_876_543_210_987_654n,
  gpuSeconds: 2_764_800 * (epoch - start + 1),
  wattHours: 1_000_000 * (epoch - start + 1),
  curtailedSeconds: 3_600,
  heatWattHours: 250_000,
  recordHash: hash(`record ${id} ${epoch}`),
});
const leafHash = (l) => keccak256(keccak256(abi.encode(leafType, Object.values(l))));
let previousRoot = `0x${"0".repeat(64)}`;

async function post(epoch, root, count) {
  const now = (await ethers.provider.getBlock("latest")).timestamp;
  if (now < (epoch + 1) * day)
    await connection.provider.request({ method: "evm_setNextBlockTimestamp", params: [(epoch + 1) * day + 60] });
  const r = {
    epoch,
    attempt: 0,
    root,
    previousRoot,
    leases: count,
    rent: 1_500_000_000n * BigInt(count),
    gpuSeconds: 2_764_800 * count,
    wattHours: 1_000_000 * count,
    dataHash: hash(`epoch file ${epoch}`),
  };
  const signatures = await Promise.all(attestors.slice(0, 2).map((a) => a.signTypedData(ledgerDomain, rootType, r)));
  previousRoot = root;
  return gas(ledger.connect(relayer).post(r, signatures));
}

const rent = (epoch) => 1_500_123_457n * BigInt(epoch - start + 1);
const thousand = (epoch) => {
  const leaves = [
    ...fifty.map((l) => leaf(l.id, epoch, rent(epoch))),
    ...Array.from({ length: 950 }, (_, i) => leaf(hash(`other ${i}`), epoch, 1n)),
  ];
  return { leaves, tree: SimpleMerkleTree.of(leaves.map(leafHash), { sortLeaves: false }) };
};

// A proof of 17 levels: the siblings are as good as any.
const deep = (epoch) => {
  const l = leaf(transferred.id, epoch, rent(epoch));
  const proof = Array.from({ length: 17 }, (_, i) => hash(`sibling ${i} ${epoch}`));
  const root = proof.reduce(
    (a, b) =>
      BigInt(a) < BigInt(b)
        ? solidityPackedKeccak256(["bytes32", "bytes32"], [a, b])
        : solidityPackedKeccak256(["bytes32", "bytes32"], [b, a]),
    leafHash(l),
  );
  return { l, proof, root };
};

await post(start, deep(start).root, 1);
await gas(ledger.connect(relayer).sync(start, deep(start).l, deep(start).proof));
await gas(claims.connect(relayer).claim(transferred.id, provider));
await post(start + 1, thousand(start + 1).tree.root, 1_000);
await syncFifty(start + 1);

rows["epoch post from the third on, 1 lease"] = [await post(start + 2, deep(start + 2).root, 1), 60_000];
const third = deep(start + 2);
rows["sync one lease, 17-level proof"] = [
  await gas(ledger.connect(relayer).sync(start + 2, third.l, third.proof)),
  65_000,
];
rows["epoch post from the third on, 1,000 leases"] = [
  await post(start + 3, thousand(start + 3).tree.root, 1_000),
  60_000,
];
rows["sync per lease, contiguous batch of 50"] = [Math.ceil((await syncFifty(start + 3)) / 50), 20_000];

async function syncFifty(epoch) {
  const { leaves, tree } = thousand(epoch);
  const { leaves: order, proof, proofFlags } = tree.getMultiProof(fifty.map((_, i) => i));
  const byHash = new Map(leaves.slice(0, 50).map((l) => [leafHash(l), l]));
  return gas(
    ledger.connect(relayer).syncBatch(
      epoch,
      order.map((h) => byHash.get(h)),
      proof,
      proofFlags,
    ),
  );
}

// The root is one word whatever stands under it; the totals grow.
rows["epoch post from the third on, 100,000 leases"] = [await post(start + 4, hash("a large tree"), 100_000), 60_000];

// Units and cash
const transfer = (to) => claims.connect(provider).safeTransferFrom(provider, to, transferred.id, 250_000, "0x");
rows["transfer to a new holder"] = [await gas(transfer(holder)), 75_000];
rows["transfer to an existing holder"] = [await gas(transfer(holder)), 57_000];
await post(start + 5, deep(start + 5).root, 1);
const sixth = deep(start + 5);
await gas(ledger.connect(relayer).sync(start + 5, sixth.l, sixth.proof));
rows["claim, USDC-like, zero balance"] = [await gas(claims.connect(relayer).claim(transferred.id, holder)), 80_000];
rows["claim, USDC-like, existing balance"] = [
  await gas(claims.connect(relayer).claim(transferred.id, provider)),
  65_000,
];

// Verdict
const write = process.argv.includes("--write");
const recorded = write ? {} : JSON.parse(readFileSync(snapshot, "utf8"));
let failed = 0;
for (const [name, [used, budget]] of Object.entries(rows)) {
  const grown = !write && used > (recorded[name] ?? 0);
  const over = used > budget;
  if (grown || over) failed++;
  const was = write || used === recorded[name] ? "" : ` was ${recorded[name]}`;
  console.log(
    `${name.padEnd(62)} ${String(used).padStart(8)} of ${String(budget).padStart(8)}${was}${grown ? " GREW" : ""}${over ? " OVER BUDGET" : ""}`,
  );
}
if (write)
  writeFileSync(
    snapshot,
    `${JSON.stringify(Object.fromEntries(Object.entries(rows).map(([n, [used]]) => [n, used])), null, 2)}\n`,
  );
await connection.close();
process.exit(failed ? 1 : 0);
