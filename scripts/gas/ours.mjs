// What ComputeRwa's transactions cost: one row each, `name: [gas, budget]`.
import { SimpleMerkleTree } from "@openzeppelin/merkle-tree";
import { MaxUint256, id as hash } from "ethers";
import { day, gas } from "./harness.mjs";
import { deep, deployCommon, deploySystem, leafHash, leafOf, lease, post, recordHash, recordOf } from "./system.mjs";

/** The challenge window in seconds: posts cost more with one than without. */
const window = 21_600;

const budgets = { originate: 170_000, further: 125_000, post: 60_000, sync: 65_000, batch: 20_000 };

export async function measureOurs(h) {
  const rows = {};
  const common = await deployCommon(h);
  const system = await deploySystem(h, common, window);
  const { transferred, fifty } = await originations(rows, h, common, system);
  await epochs(rows, h, system, transferred, fifty);
  await unitsAndCash(rows, h, system, transferred);
  await disputes(rows, h, common);
  return rows;
}

async function originations(rows, h, { testDollar, usdc }, system) {
  const book = system.book.connect(h.relayer);
  await gas(book.originate(await lease(system, usdc)));
  await gas(book.originate(await lease(system, testDollar)));
  rows["originate one, TestDollar"] = [await gas(book.originate(await lease(system, testDollar))), budgets.originate];
  const transferred = await lease(system, usdc);
  rows["originate one, USDC-like"] = [await gas(book.originate(transferred)), budgets.originate];

  async function batch(count, token, fresh) {
    const items = [];
    for (let i = 0; i < count; i++) items.push(await lease(system, token, fresh ? await newLessee(token) : h.lessee));
    return { items, gas: await gas(book.originateBatch(items)) };
  }
  async function newLessee(token) {
    const from = h.party(`lessee ${system.leases}`);
    await (await h.owner.sendTransaction({ to: from.address, value: 10n ** 16n })).wait();
    await (await token.mint(from.address, 10n ** 12n)).wait();
    await (await token.connect(from).approve(system.claimsAt, MaxUint256)).wait();
    return from;
  }
  async function further(token, fresh) {
    const small = await batch(1, token, fresh);
    const large = await batch(11, token, fresh);
    return [Math.ceil((large.gas - small.gas) / 10), budgets.further];
  }
  rows["originate each further in a batch, TestDollar, one lessee"] = await further(testDollar, false);
  rows["originate each further in a batch, USDC-like, one lessee"] = await further(usdc, false);
  rows["originate each further in a batch, USDC-like, a lessee each"] = await further(usdc, true);
  const fifty = [...(await batch(25, usdc, false)).items, ...(await batch(25, usdc, false)).items];
  return { transferred, fifty };
}

const rent = (system, epoch) => 1_500_123_457n * BigInt(epoch - system.start + 1);

async function epochs(rows, h, system, transferred, fifty) {
  const { start } = system;
  const ledger = system.ledger.connect(h.relayer);
  const one = (epoch) => deep(system, leafOf(system, transferred.id, epoch, rent(system, epoch)));
  const thousand = (epoch) => {
    const leaves = [
      ...fifty.map((l) => leafOf(system, l.id, epoch, rent(system, epoch))),
      ...Array.from({ length: 950 }, (_, i) => leafOf(system, hash(`other ${i}`), epoch, 1n)),
    ];
    return {
      leaves,
      tree: SimpleMerkleTree.of(
        leaves.map((l) => leafHash(system, l)),
        { sortLeaves: false },
      ),
    };
  };
  async function syncFifty(epoch) {
    const { leaves, tree } = thousand(epoch);
    const { leaves: order, proof, proofFlags } = tree.getMultiProof(fifty.map((_, i) => i));
    const byHash = new Map(leaves.slice(0, 50).map((l) => [leafHash(system, l), l]));
    const ordered = order.map((hashed) => byHash.get(hashed));
    return gas(ledger.syncBatch(epoch, ordered, proof, proofFlags));
  }
  const sync = async ({ leaf, proof }) => gas(ledger.sync(leaf.epoch, leaf, proof));
  const active = async (posted) => (await h.rpc("evm_increaseTime", window), posted);

  await active(await post(system, start, one(start).root, 1));
  await sync(one(start));
  await gas(system.claims.connect(h.relayer).claim(transferred.id, h.provider));
  await active(await post(system, start + 1, thousand(start + 1).tree.root, 1_000));
  await syncFifty(start + 1);
  // The third root takes the last empty place of the ring.
  await post(system, start + 2, hash("a third tree"), 1);

  const small = await active(await post(system, start + 3, one(start + 3).root, 1));
  rows["epoch post, full ring, 1 lease"] = [small, budgets.post];
  rows["sync one lease, 17-level proof"] = [await sync(one(start + 3)), budgets.sync];
  const medium = await active(await post(system, start + 4, thousand(start + 4).tree.root, 1_000));
  rows["epoch post, full ring, 1,000 leases"] = [medium, budgets.post];
  rows["sync per lease, contiguous batch of 50"] = [Math.ceil((await syncFifty(start + 4)) / 50), budgets.batch];
  // The root is one word whatever stands under it; the totals grow.
  const large = await post(system, start + 5, hash("a large tree"), 100_000);
  rows["epoch post, full ring, 100,000 leases"] = [large, budgets.post];
}

async function unitsAndCash(rows, h, system, { id, terms }) {
  const { claims, book, ledger, start } = system;
  const transfer = (to) => claims.connect(h.provider).safeTransferFrom(h.provider, to, id, 250_000, "0x");
  rows["transfer to a new holder"] = [await gas(transfer(h.holder)), 75_000];
  rows["transfer to an existing holder"] = [await gas(transfer(h.holder)), 57_000];
  const sixth = deep(system, leafOf(system, id, start + 6, rent(system, start + 6)));
  await post(system, start + 6, sixth.root, 1);
  await h.rpc("evm_increaseTime", window);
  await gas(ledger.connect(h.relayer).sync(start + 6, sixth.leaf, sixth.proof));
  const claim = (holder) => gas(claims.connect(h.relayer).claim(id, holder));
  rows["claim, USDC-like, zero balance"] = [await claim(h.holder), 80_000];
  rows["claim, USDC-like, existing balance"] = [await claim(h.provider), 65_000];
  rows["approve an operator for all"] = [
    await gas(claims.connect(h.provider).setApprovalForAll(h.relayer, true)),
    null,
  ];
  rows["fund the escrow, USDC-like"] = [await gas(book.connect(h.lessee).fund(id, 0, 1_000_000_000)), null];
  rows["exit by the lessee"] = [await gas(book.connect(h.lessee).exit(terms, start + 60, 0, "0x")), null];
}

/** A root in its window, one of its leaves a lie: the lessee objects, and anybody challenges. */
async function disputes(rows, h, common) {
  const system = await deploySystem(h, common, day);
  const { ledger, start } = system;
  const item = await lease(system, common.testDollar);
  await gas(system.book.connect(h.relayer).originate(item));
  await (await common.testDollar.connect(h.lessee).approve(ledger, MaxUint256)).wait();
  const first = deep(system, leafOf(system, item.id, start, rent(system, start)));
  const record = recordOf(item.id, start + 1);
  const lie = deep(system, {
    ...leafOf(system, item.id, start + 1, rent(system, start + 1)),
    recordHash: recordHash(system, record),
  });
  await post(system, start, first.root, 1);
  await post(system, start + 1, lie.root, 1);
  const step = {
    terms: item.terms,
    previous: first.leaf,
    leaf: lie.leaf,
    record,
    previousProof: first.proof,
    proof: lie.proof,
  };
  const object = ledger.connect(h.lessee).object(start + 1, step, 0, "0x");
  rows["object to one lease-epoch, 17-level proofs"] = [await gas(object), null];
  rows["challenge, 17-level proofs"] = [await gas(ledger.connect(h.relayer).challenge(start + 1, step)), 130_000];
}
