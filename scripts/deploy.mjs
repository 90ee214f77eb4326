// Deploys ComputeRwa and writes what a client needs to know about it to --out, and what a verifier of the code needs to
// deployments/<chainId>.json.
// node scripts/deploy.mjs --rpc http://127.0.0.1:8545 --out deployment.json [--base-uri URL] [--epoch-length 86400]
//   [--window 86400] [--root-bond 10000000000] [--dispute-bond 100000000] [--liveness 7] [--admin-delay 172800] [--attestors a,b,c]
//   [--threshold 2] [--registrar addr] [--guardian addr] [--fee-recipient addr] [--pay-token addr] [--bond-token addr]
//   [--deployments FOLDER]
// Seconds; bonds in base units of the bond token, which is the pay token unless named. On a development chain the window is 0
// unless given, roles act without delay, and the first bond is minted; elsewhere whoever runs the attestors deposits it.
// The deployer's key is DEPLOYER_KEY; on chain 31337 the first public development account stands in for it.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import {
  ContractFactory,
  HDNodeWallet,
  JsonRpcProvider,
  NonceManager,
  Wallet,
  getAddress,
  getCreateAddress,
  hexlify,
  randomBytes,
} from "ethers";
import { recordDeployment } from "./deployments.mjs";

const developmentChain = 31337;
const developmentPhrase = "test test test test test test test test test test test junk";
const developmentAccount = (i) => HDNodeWallet.fromPhrase(developmentPhrase, "", `m/44'/60'/0'/0/${i}`);

const { values: options } = parseArgs({
  options: {
    rpc: { type: "string", default: "http://127.0.0.1:8545" },
    out: { type: "string" },
    "base-uri": { type: "string", default: "http://127.0.0.1:5080/v1/tokens/" },
    "epoch-length": { type: "string", default: "86400" },
    window: { type: "string" },
    "root-bond": { type: "string", default: "10000000000" },
    "dispute-bond": { type: "string", default: "100000000" },
    liveness: { type: "string", default: "7" },
    "admin-delay": { type: "string" },
    guardian: { type: "string" },
    "bond-token": { type: "string" },
    attestors: { type: "string" },
    threshold: { type: "string", default: "2" },
    registrar: { type: "string" },
    "fee-recipient": { type: "string" },
    "pay-token": { type: "string" },
    deployments: { type: "string" },
  },
});

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const artifacts = join(root, "artifacts", "contracts", "contracts");

function artifact(path) {
  const file = join(artifacts, path, `${path.split("/").pop().replace(".sol", "")}.json`);
  if (!existsSync(file)) fail(`${file} is missing: compile the contracts first`);
  return JSON.parse(readFileSync(file, "utf8"));
}

function fail(message) {
  console.error(`deploy: ${message}`);
  process.exit(1);
}

if (!options.out) fail("--out <file> is required");

const provider = new JsonRpcProvider(options.rpc, undefined, { cacheTimeout: -1, staticNetwork: true });
provider.pollingInterval = 100;
const chainId = Number(
  await provider
    .send("eth_chainId", [])
    .then(BigInt)
    .catch(() => fail(`no chain answers at ${options.rpc}`)),
);
const development = chainId === developmentChain;
const records = options.deployments ?? join(root, "deployments");

await refuseLiveDeployment();

function key() {
  if (process.env.DEPLOYER_KEY) return new Wallet(process.env.DEPLOYER_KEY);
  if (development) return new Wallet(developmentAccount(0).privateKey);
  fail("DEPLOYER_KEY is not set");
}

async function refuseLiveDeployment() {
  if (!development && existsSync(join(records, `${chainId}.json`)))
    fail(`${join(records, `${chainId}.json`)} describes an earlier deployment: move it away`);
  if (!existsSync(options.out)) return;
  const { chainId: writtenFor, contracts } = JSON.parse(readFileSync(options.out, "utf8"));
  if (writtenFor !== chainId) fail(`${options.out} describes a deployment on chain ${writtenFor}`);
  if ((await provider.getCode(contracts.leaseBook)) !== "0x") fail(`${options.out} describes a live deployment`);
}

const wallet = key().connect(provider);
const signer = new NonceManager(wallet);
const account = (name, i) =>
  getAddress(options[name] ?? (development ? developmentAccount(i).address : fail(`--${name} is required`)));
const attestors = (
  options.attestors?.split(",") ??
  (development ? [1, 2, 3].map((i) => developmentAccount(i).address) : fail("--attestors is required"))
).map((a) => getAddress(a.trim()));
const registrar = account("registrar", 4);
const feeRecipient = account("fee-recipient", 5);
if (!options["pay-token"] && !development) fail("--pay-token is required");
const epochLength = Number(options["epoch-length"]);
const challengeWindow = Number(options.window ?? (development ? 0 : 86_400));
const adminDelay = Number(options["admin-delay"] ?? (development ? 0 : 172_800));
const livenessEpochs = Number(options.liveness);
const threshold = Number(options.threshold);
const guardian = account("guardian", 6);
const owner = wallet.address;

const made = [];
async function deploy(path, ...args) {
  const compiled = artifact(path);
  const contract = await new ContractFactory(compiled.abi, compiled.bytecode, signer).deploy(...args);
  made.push({ path, artifact: compiled, contract });
  return contract;
}

const testDollar = options["pay-token"] ? null : await deploy("mocks/TestDollar.sol");
const payToken = testDollar ? await testDollar.getAddress() : getAddress(options["pay-token"]);
const bondToken = getAddress(options["bond-token"] ?? payToken);

// The contracts name each other in immutables, so their addresses are computed before the first is deployed.
if (testDollar) await testDollar.waitForDeployment();
const first = await wallet.getNonce("pending");
const planned = (i) => getCreateAddress({ from: owner, nonce: first + i });
const [authority, eligibility, epochLedger, leaseClaims, leaseBook, useRights] = [0, 1, 2, 3, 4, 5].map(planned);
const settings = {
  claims: leaseClaims,
  book: leaseBook,
  bondToken,
  epochLength,
  challengeWindow,
  rootBond: BigInt(options["root-bond"]),
  disputeBond: BigInt(options["dispute-bond"]),
  threshold,
  attestors,
};

const deployed = [
  await deploy("Authority.sol", owner),
  await deploy("Eligibility.sol", registrar, authority),
  await deploy("EpochLedger.sol", settings, authority),
  await deploy("LeaseClaims.sol", leaseBook, epochLedger, eligibility, feeRecipient, options["base-uri"], authority),
  await deploy("LeaseBook.sol", leaseClaims, epochLength, livenessEpochs, authority),
];
await mined(deployed.map((c) => c.deploymentTransaction()));
// It asks LeaseBook for the epoch's length.
deployed.push(await deploy("UseRights.sol", leaseBook, leaseClaims, options["base-uri"]));
const receipts = await mined([...deployed, testDollar].filter(Boolean).map((c) => c.deploymentTransaction()));
await mined([
  await deployed[1].setPolicy(1, { membersOnly: true, minClass: 0 }),
  await deployed[3].allowPayToken(payToken),
  ...(await assignRoles()),
]);
if (development && settings.rootBond > 0n && testDollar && bondToken === payToken) {
  await mined([
    await testDollar.mint(owner, settings.rootBond * 10n),
    await testDollar.approve(epochLedger, settings.rootBond * 10n),
    await deployed[2].depositBond(settings.rootBond * 2n),
  ]);
}

// Which function is whose: docs/contracts.md. Whoever deploys keeps the admin role; hand it to a multisig with a delay of its own.
async function assignRoles() {
  const [manager, rules, ledger, claims, book] = deployed;
  const [GUARDIAN, GOVERNOR, COMPLIANCE, TREASURER] = [1n, 2n, 3n, 4n];
  const selectors = (contract, ...names) => names.map((name) => contract.interface.getFunction(name).selector);
  const assign = (contract, target, role, ...names) =>
    manager.setTargetFunctionRole(target, selectors(contract, ...names), role);
  return [
    await assign(book, leaseBook, GUARDIAN, "pauseNewLeases"),
    await assign(book, leaseBook, GOVERNOR, "resumeNewLeases"),
    await assign(ledger, epochLedger, GOVERNOR, "setAttestor", "setThreshold"),
    await assign(ledger, epochLedger, TREASURER, "withdrawBond"),
    await assign(claims, leaseClaims, GOVERNOR, "allowPayToken", "retirePayToken", "setFeeRecipient", "setBaseURI"),
    await assign(claims, leaseClaims, COMPLIANCE, "setFrozenTokens", "forcedTransfer"),
    await assign(rules, eligibility, GOVERNOR, "setPolicy", "setJurisdiction", "setRegistrar"),
    await assign(rules, eligibility, COMPLIANCE, "setMember"),
    await manager.grantRole(GUARDIAN, guardian, 0),
    await manager.grantRole(GOVERNOR, owner, adminDelay),
    await manager.grantRole(COMPLIANCE, owner, 0),
    await manager.grantRole(TREASURER, owner, adminDelay),
  ];
}

async function mined(transactions) {
  return Promise.all(transactions.map((t) => t.wait()));
}

const addresses = await Promise.all(deployed.map((c) => c.getAddress()));
if (addresses.join() !== [authority, eligibility, epochLedger, leaseClaims, leaseBook, useRights].join())
  fail("the deployer sent other transactions meanwhile");

const deployment = {
  chainId,
  deployedAtBlock: Math.min(...receipts.map((r) => r.blockNumber)),
  epochLength,
  challengeWindow,
  rootBond: settings.rootBond.toString(),
  disputeBond: settings.disputeBond.toString(),
  livenessEpochs,
  contracts: {
    leaseBook,
    leaseClaims,
    epochLedger,
    eligibility,
    useRights,
    authority,
    testDollar: payToken,
    bondToken,
  },
  owner,
  guardian,
  attestors,
  threshold,
  registrar,
  feeRecipient,
  salt: hexlify(randomBytes(32)),
};
mkdirSync(dirname(options.out), { recursive: true });
writeFileSync(options.out, `${JSON.stringify(deployment, null, 2)}\n`);
await record();
console.log(`deployed on chain ${chainId}: LeaseBook ${leaseBook}`);
provider.destroy();

async function record() {
  const entries = made.map(async ({ path, artifact, contract }) => {
    const transaction = contract.deploymentTransaction();
    return {
      path,
      artifact,
      address: await contract.getAddress(),
      receipt: await transaction.wait(),
      data: transaction.data,
    };
  });
  recordDeployment(records, chainId, await Promise.all(entries));
}
