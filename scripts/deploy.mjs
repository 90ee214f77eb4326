// Deploys ComputeRwa and writes what a client needs to know about it.
// node scripts/deploy.mjs --rpc http://127.0.0.1:8545 --out deployment.json [--base-uri URL] [--epoch-length 86400]
//   [--window 0] [--attestors a,b,c] [--threshold 2] [--registrar addr] [--fee-recipient addr] [--pay-token addr]
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

const developmentChain = 31337;
const developmentPhrase = "test test test test test test test test test test test junk";
const developmentAccount = (i) => HDNodeWallet.fromPhrase(developmentPhrase, "", `m/44'/60'/0'/0/${i}`);

const { values: options } = parseArgs({
  options: {
    rpc: { type: "string", default: "http://127.0.0.1:8545" },
    out: { type: "string" },
    "base-uri": { type: "string", default: "http://127.0.0.1:5080/v1/metadata/" },
    "epoch-length": { type: "string", default: "86400" },
    window: { type: "string", default: "0" },
    attestors: { type: "string" },
    threshold: { type: "string", default: "2" },
    registrar: { type: "string" },
    "fee-recipient": { type: "string" },
    "pay-token": { type: "string" },
  },
});

const artifacts = join(dirname(fileURLToPath(import.meta.url)), "..", "artifacts", "contracts", "contracts");

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

await refuseLiveDeployment();

function key() {
  if (process.env.DEPLOYER_KEY) return new Wallet(process.env.DEPLOYER_KEY);
  if (development) return new Wallet(developmentAccount(0).privateKey);
  fail("DEPLOYER_KEY is not set");
}

async function refuseLiveDeployment() {
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
const challengeWindow = Number(options.window);
const threshold = Number(options.threshold);
const owner = wallet.address;

// The contracts name each other in immutables, so their addresses are computed before the first is deployed.
const first = await wallet.getNonce("pending");
const planned = (i) => getCreateAddress({ from: owner, nonce: first + i });
const [eligibility, epochLedger, leaseClaims, leaseBook] = [0, 1, 2, 3].map(planned);

async function deploy(path, ...args) {
  const { abi, bytecode } = artifact(path);
  return new ContractFactory(abi, bytecode, signer).deploy(...args);
}

const deployed = [
  await deploy("Eligibility.sol", registrar, owner),
  await deploy("EpochLedger.sol", leaseClaims, epochLength, challengeWindow, attestors, threshold, owner),
  await deploy("LeaseClaims.sol", leaseBook, epochLedger, eligibility, feeRecipient, options["base-uri"], owner),
  await deploy("LeaseBook.sol", leaseClaims, epochLength, owner),
];
const testDollar = options["pay-token"] ? null : await deploy("mocks/TestDollar.sol");
const payToken = testDollar ? await testDollar.getAddress() : getAddress(options["pay-token"]);
const receipts = await mined([...deployed, testDollar].filter(Boolean).map((c) => c.deploymentTransaction()));
await mined([
  await deployed[0].setPolicy(1, { membersOnly: true, minClass: 0 }),
  await deployed[2].allowPayToken(payToken),
]);

async function mined(transactions) {
  return Promise.all(transactions.map((t) => t.wait()));
}

const addresses = await Promise.all(deployed.map((c) => c.getAddress()));
if (addresses.join() !== [eligibility, epochLedger, leaseClaims, leaseBook].join())
  fail("the deployer sent other transactions meanwhile");

const deployment = {
  chainId,
  deployedAtBlock: Math.min(...receipts.map((r) => r.blockNumber)),
  epochLength,
  challengeWindow,
  contracts: { leaseBook, leaseClaims, epochLedger, eligibility, testDollar: payToken },
  owner,
  attestors,
  threshold,
  registrar,
  feeRecipient,
  salt: hexlify(randomBytes(32)),
};
mkdirSync(dirname(options.out), { recursive: true });
writeFileSync(options.out, `${JSON.stringify(deployment, null, 2)}\n`);
console.log(`deployed on chain ${chainId}: LeaseBook ${leaseBook}`);
provider.destroy();
