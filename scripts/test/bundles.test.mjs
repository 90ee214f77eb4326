// The verification bundles of a real deployment: compiled again from nothing else, they are what runs on the chain.
import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { JsonRpcProvider } from "ethers";
import { bundleOf, compileBundle, differences, readBundles, writeBundle } from "../bundles.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));
const run = (script, ...args) => promisify(execFile)(process.execPath, [join(root, script), ...args], { cwd: root });
const folder = mkdtempSync(join(tmpdir(), "bundles-"));
let node, provider, record;

before(async () => {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const cli = join(root, "node_modules/hardhat/dist/src/cli.js");
  node = spawn(process.execPath, [cli, "node", "--hostname", "127.0.0.1", "--port", String(port)], { cwd: root });
  provider = new JsonRpcProvider(url, 31337, { staticNetwork: true });
  await answers(url);
  await run("scripts/deploy.mjs", "--rpc", url, "--out", join(folder, "deployment.json"), "--deployments", folder);
  record = JSON.parse(readFileSync(join(folder, "31337.json"), "utf8"));
  for (const [name, entry] of Object.entries(record.contracts))
    writeBundle(join(folder, "bundles"), name, bundleOf(record.chainId, name, entry));
});

after(() => {
  provider?.destroy();
  node?.kill();
  rmSync(folder, { recursive: true });
});

const bundles = () => readBundles(join(folder, "bundles"));
const small = () => bundles().find((b) => b.name === "Eligibility");
async function compared(bundle, evm = compileBundle(bundle)) {
  const { data } = await provider.getTransaction(bundle.description.creationTransaction);
  return differences(evm, bundle.description, data, await provider.getCode(bundle.description.address));
}

test("every deployed contract has a bundle that compiles to what runs", async (t) => {
  assert.deepEqual(
    bundles()
      .map((b) => b.name)
      .sort(),
    Object.keys(record.contracts).sort(),
  );
  assert.ok(bundles().length >= 5);
  for (const bundle of bundles()) await t.test(bundle.name, async () => assert.deepEqual(await compared(bundle), []));
});

test("a bundle has only the sources its contract needs, and all of them under their own names", () => {
  const { input, description } = small();
  const names = Object.keys(input.sources);
  assert.ok(names.includes(description.contractName.split(":")[0]));
  assert.ok(!names.some((n) => /LeaseBook|EpochLedger|test\//.test(n)), names.join());
  for (const [name, { content }] of Object.entries(input.sources))
    if (name.startsWith("project/"))
      assert.equal(content, readFileSync(join(root, name.replace("project/", "")), "utf8"), name);
});

test("a bundle with another source, other arguments or another contract's code is found out", async () => {
  const altered = small();
  const name = altered.description.contractName.split(":")[0];
  altered.input.sources[name].content = altered.input.sources[name].content.replace(
    "block.timestamp >",
    "block.timestamp >=",
  );
  assert.ok((await compared(altered)).includes("the code that runs is another"));

  const evm = compileBundle(small());
  const otherArguments = small();
  otherArguments.description.constructorArguments = otherArguments.description.constructorArguments.replace(
    /.$/,
    (c) => (c === "0" ? "1" : "0"),
  );
  assert.deepEqual(await compared(otherArguments, evm), [
    "creation code and constructor arguments are not what the transaction carried",
  ]);

  const elsewhere = small();
  elsewhere.description.address = record.contracts.LeaseBook.address;
  assert.ok((await compared(elsewhere, evm)).includes("the code that runs is another"));
});

async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function answers(url) {
  for (const until = Date.now() + 30_000; Date.now() < until; await new Promise((r) => setTimeout(r, 100)))
    try {
      const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "eth_chainId", params: [] });
      const response = await fetch(url, { method: "POST", headers: { "content-type": "application/json" }, body });
      if (response.ok) return;
    } catch (error) {
      if (error.cause?.code !== "ECONNREFUSED") throw error;
    }
  throw new Error("the chain does not answer");
}
