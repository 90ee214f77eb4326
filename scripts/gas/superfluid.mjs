// Superfluid's General Distribution Agreement, from the artifacts of its package: a pool whose members hold units, and a super token
// that is shared out to them.
import { createRequire } from "node:module";
import { Contract, getAddress } from "ethers";
import { gas } from "./harness.mjs";

const require = createRequire(new URL("../peers/package.json", import.meta.url));
const peer = "@superfluid-finance/ethereum-contracts";
const artifact = (path, name) => require(`${peer}/build/hardhat/contracts/${path}.sol/${name}.json`);
const registry = require(`${peer}/dev-scripts/artifacts/ERC1820Registry.json`);

export async function measureSuperfluid(h) {
  const { token, gda, poolOf } = await deployFramework(h);
  const rows = {};
  const config = { transferabilityForUnitsOwner: true, distributionFromAnyAddress: true };
  async function newPool() {
    const created = await (await gda.createPool(token, h.owner, config)).wait();
    const pool = poolOf(created);
    const units = await (await pool.updateMemberUnits(h.provider, 1_000_000)).wait();
    return { pool, gas: Number(created.gasUsed + units.gasUsed) };
  }
  await newPool();
  const { pool, gas: opened } = await newPool();
  rows.mint = opened;

  const distribute = () => gda.distribute(token, h.owner, pool, 1_500_000_000n, "0x");
  const claim = (member) => gas(pool.connect(h.relayer)["claimAll(address)"](member));
  await gas(distribute());
  await claim(h.provider);
  const transfer = () => pool.connect(h.provider).transfer(h.holder, 250_000);
  rows.transferNew = await gas(transfer());
  rows.transferExisting = await gas(transfer());
  rows.approve = await gas(pool.connect(h.provider).approve(h.relayer, 1_000_000));
  rows.distribute = await gas(distribute());
  rows.claimNew = await claim(h.holder);
  rows.claimExisting = await claim(h.provider);
  const expected = 1_500_000_000n / 2n;
  if ((await token.balanceOf(h.holder)) !== expected) throw new Error("Superfluid did not pay the member its share");
  return rows;
}

async function deployFramework(h) {
  await deployErc1820(h);
  const steps = "utils/SuperfluidFrameworkDeploymentSteps.t";
  const libraries = {};
  // Each library after those it links to.
  async function library(path, name) {
    // Nothing of it is called from here, and parts of its interface are not what a client can read.
    const { bytecode } = linked(artifact(path, name), libraries);
    libraries[name] = await (await h.deployArtifact({ abi: [], bytecode })).getAddress();
  }
  await library("libs/SlotsBitmapLibrary", "SlotsBitmapLibrary");
  await library("agreements/gdav1/SuperfluidPoolDeployerLibrary", "SuperfluidPoolDeployerLibrary");
  const deployer = artifact("utils/SuperfluidFrameworkDeployer.t", "SuperfluidFrameworkDeployer");
  for (const name of Object.values(deployer.linkReferences).flatMap(Object.keys)) await library(steps, name);
  const framework = await h.deployArtifact(linked(deployer, libraries));
  const count = await framework.getNumSteps();
  for (let i = 0n; i < count; i++) await gas(framework.executeStep(i));

  const { gdaV1Forwarder } = await framework.getFramework();
  const supply = 10n ** 18n;
  const tokenAt = await framework.deployPureSuperToken.staticCall("Dollar", "USDx", supply);
  await gas(framework.deployPureSuperToken("Dollar", "USDx", supply));
  const gda = new Contract(gdaV1Forwarder, artifact("utils/GDAv1Forwarder", "GDAv1Forwarder").abi, h.owner);
  const agreement = artifact("agreements/gdav1/GeneralDistributionAgreementV1", "GeneralDistributionAgreementV1").abi;
  const poolAbi = artifact("agreements/gdav1/SuperfluidPool", "SuperfluidPool").abi;
  const logs = new Contract(gdaV1Forwarder, agreement).interface;
  return {
    gda,
    token: new Contract(tokenAt, artifact("superfluid/SuperToken", "SuperToken").abi, h.owner),
    poolOf(receipt) {
      const event = receipt.logs.map((l) => logs.parseLog(l)).find((e) => e?.name === "PoolCreated");
      return new Contract(event.args.pool, poolAbi, h.owner);
    },
  };
}

/** An artifact with the addresses of its libraries in its code. */
function linked({ abi, bytecode, linkReferences }, libraries) {
  let code = bytecode;
  for (const [name, places] of Object.values(linkReferences).flatMap(Object.entries))
    for (const { start, length } of places) {
      const [from, to] = [2 + start * 2, 2 + (start + length) * 2];
      code = code.slice(0, from) + getAddress(libraries[name]).slice(2).toLowerCase() + code.slice(to);
    }
  return { abi, bytecode: code };
}

/** The registry its tokens ask: by the transaction that everybody sends, signed by nobody. */
async function deployErc1820(h) {
  const nobody = "0xa990077c3205cbDf861e17Fa532eeB069cE9fF96";
  await (await h.owner.sendTransaction({ to: nobody, value: 80_000_000_000_000_000n })).wait();
  const signature = `1ba0${"1820".repeat(16)}a0${"1820".repeat(16)}`;
  await h.rpc("eth_sendRawTransaction", `0xf90a388085174876e800830c35008080b909e5${registry.bin}${signature}`);
}
