// ComputeRwa deployed for measuring: contracts, signed leases, epoch trees.
import {
  AbiCoder,
  MaxUint256,
  TypedDataEncoder,
  getCreateAddress,
  id as hash,
  keccak256,
  solidityPackedKeccak256,
  zeroPadBytes,
} from "ethers";
import { day, gas } from "./harness.mjs";

const zeroHash = `0x${"0".repeat(64)}`;
const noPermit = { value: 0, deadline: 0, v: 0, r: zeroHash, s: zeroHash };
const rootBond = 10_000_000_000n;
const abi = AbiCoder.defaultAbiCoder();

/** Pay tokens, roles and attestors that several ledgers can share. */
export async function deployCommon(h) {
  const testDollar = await h.deploy("TestDollar");
  const proxy = await h.deploy("AdminProxy", await h.deploy("UsdcLike"), h.owner.address);
  return {
    testDollar,
    usdc: (await h.deploy("UsdcLike")).attach(await proxy.getAddress()).connect(h.relayer),
    authority: await h.deploy("Authority", h.owner.address),
    attestors: ["a", "b", "c"]
      .map((n) => h.party(`attestor ${n}`))
      .sort((a, b) => (a.address.toLowerCase() < b.address.toLowerCase() ? -1 : 1)),
  };
}

/** A ledger and all that it needs; its first leases start in `start`, the epoch after tomorrow's. */
export async function deploySystem(h, { testDollar, usdc, authority, attestors }, challengeWindow) {
  const nonce = await h.owner.getNonce();
  const [ledgerAt, claimsAt, bookAt] = [1, 2, 3].map((i) =>
    getCreateAddress({ from: h.owner.address, nonce: nonce + i }),
  );
  const eligibility = await h.deploy("Eligibility", h.owner.address, authority);
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
  const ledger = await h.deploy("EpochLedger", settings, authority);
  const site = "https://example.org/";
  const claims = await h.deploy("LeaseClaims", bookAt, ledgerAt, eligibility, h.owner.address, site, authority);
  const book = await h.deploy("LeaseBook", claimsAt, day, 7, authority);
  await testDollar.mint(h.owner, rootBond * 10n);
  await testDollar.approve(ledger, MaxUint256);
  await (await ledger.depositBond(rootBond * 2n)).wait();
  await eligibility.setPolicy(1, { membersOnly: true, minClass: 0 });
  for (const p of [h.provider, h.holder, h.newcomer])
    await eligibility.setMember(p, { validUntil: 4_000_000_000, jurisdiction: 840, investorClass: 2, blocked: false });
  for (const token of [testDollar, usdc]) {
    await claims.allowPayToken(token);
    for (const to of [h.lessee.address, claimsAt]) await (await token.mint(to, 10n ** 15n)).wait();
    await (await token.connect(h.lessee).approve(claimsAt, MaxUint256)).wait();
  }

  const domain = (name, verifyingContract) => ({
    name: `ComputeRwa ${name}`,
    version: "1",
    chainId: 31337,
    verifyingContract,
  });
  const structOf = (contract, fn) =>
    contract.interface.getFunction(fn).inputs[0].components.map(({ name, type }) => ({ name, type }));
  return {
    h,
    eligibility,
    ledger,
    claims,
    book,
    claimsAt,
    attestors,
    bookDomain: domain("LeaseBook", bookAt),
    ledgerDomain: domain("EpochLedger", ledgerAt),
    termsType: { LeaseTerms: structOf(book, "leaseId") },
    rootType: { EpochRoot: structOf(ledger, "post") },
    leafType: ledger.interface.getFunction("sync").inputs[1],
    stepType: ledger.interface.getFunction("challenge").inputs[1],
    start: Math.floor((await h.now()) / day) + 2,
    previousRoot: zeroHash,
    leases: 0,
  };
}

/** A lease that both parties signed. */
export async function lease(system, token, from = system.h.lessee) {
  const { h, bookDomain, termsType } = system;
  const terms = {
    provider: h.provider.address,
    lessee: from.address,
    payToken: await token.getAddress(),
    gpuModel: zeroPadBytes(Buffer.from("H100-SXM5-80GB"), 32),
    region: zeroPadBytes(Buffer.from("US-TX"), 32),
    gpuCount: 32,
    capacityRoot: hash(`capacity ${++system.leases}`),
    startEpoch: system.start,
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
    salt: hash(`salt ${system.leases}`),
  };
  const sign = (who) => who.signTypedData(bookDomain, termsType, terms);
  return {
    id: TypedDataEncoder.hash(bookDomain, termsType, terms),
    terms,
    providerSignature: await sign(h.provider),
    lesseeSignature: await sign(from),
    permit: noPermit,
  };
}

/** A leaf as an epoch in the middle of a lease has it: no member is small. */
export const leafOf = (system, id, epoch, rent) => ({
  leaseId: id,
  epoch,
  rent,
  remainder: 123_456_789_012n,
  creditParts: 9_876_543_210_987_654n,
  gpuSeconds: 2_764_800 * (epoch - system.start + 1),
  wattHours: 1_000_000 * (epoch - system.start + 1),
  curtailedSeconds: 3_600,
  heatWattHours: 250_000,
  recordHash: hash(`record ${id} ${epoch}`),
});

/** A metering record in which everything counts: load, shortfall, curtailment, efficiency. */
export const recordOf = (id, epoch) => ({
  leaseId: id,
  epoch,
  reservedSeconds: 2_764_800,
  availableSeconds: 2_700_000,
  busySeconds: 2_300_000,
  curtailedSeconds: 3_600,
  loadBps: 8_123,
  itWattHours: 530_000,
  facilityWattHours: 640_000,
  heatWattHours: 250_000,
  indexValue: 0,
  indexEpoch: 0,
  revenue: 0,
  revenueSource: zeroHash,
  evidenceHash: hash(`evidence ${id} ${epoch}`),
  trust: 2,
});

export const recordHash = (system, record) =>
  keccak256(abi.encode([system.stepType.components.find((c) => c.name === "record")], [record]));

export const leafHash = (system, leaf) => keccak256(keccak256(abi.encode([system.leafType], [leaf])));

/** A proof of 17 levels, as among 100,000 leases: the siblings are as good as any. */
export function deep(system, leaf) {
  const proof = Array.from({ length: 17 }, (_, i) => hash(`sibling ${i} ${leaf.epoch}`));
  const join = (a, b) => solidityPackedKeccak256(["bytes32", "bytes32"], BigInt(a) < BigInt(b) ? [a, b] : [b, a]);
  return { leaf, proof, root: proof.reduce(join, leafHash(system, leaf)) };
}

/** Posts a root of two attestors, after the epoch's end; the gas of it. */
export async function post(system, epoch, root, count) {
  const { h, ledger, ledgerDomain, rootType, attestors } = system;
  if ((await h.now()) < (epoch + 1) * day) await h.rpc("evm_setNextBlockTimestamp", (epoch + 1) * day + 60);
  const r = {
    epoch,
    attempt: 0,
    root,
    previousRoot: system.previousRoot,
    leases: count,
    rent: 1_500_000_000n * BigInt(count),
    gpuSeconds: 2_764_800 * count,
    wattHours: 1_000_000 * count,
    dataHash: hash(`epoch file ${epoch}`),
  };
  const signatures = await Promise.all(attestors.slice(0, 2).map((a) => a.signTypedData(ledgerDomain, rootType, r)));
  system.previousRoot = root;
  return gas(ledger.connect(h.relayer).post(r, signatures));
}
