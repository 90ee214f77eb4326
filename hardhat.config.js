import { readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { defineConfig } from "hardhat/config";
import hardhatEthers from "@nomicfoundation/hardhat-ethers";

// The compiler is the npm package, so nothing is downloaded at build time.
const compiler = { version: "0.8.36", path: createRequire(import.meta.url).resolve("solc/soljson.js") };
const optimizer = { enabled: true, runs: 200 };

// Contracts go through the IR pipeline. Tests load the compiled contracts, so they need it not, and compile three times faster.
const tests = readdirSync(new URL("./tests/contracts", import.meta.url), { recursive: true }).filter((file) =>
  file.endsWith(".sol"),
);
const testSettings = { ...compiler, settings: { evmVersion: "cancun" } };

// The chain of the demonstration starts here; EPOCH 0 of every lease lies in the days of the copied price file.
export const genesis = "2026-07-31T00:00:00Z";

const chain = {
  type: "edr-simulated",
  chainType: "l1",
  chainId: 31337,
  hardfork: "prague",
  initialDate: process.env.COMPUTERWA_GENESIS ?? genesis,
  blockGasLimit: 60_000_000n,
};

// Quick by default; COMPUTERWA_PROFILE=full runs for hours' worth of confidence rather than seconds'.
const full = process.env.COMPUTERWA_PROFILE === "full";
const fuzz = { runs: full ? 10_000 : 256, seed: "0x1" };
// Two campaigns: 20,000 calls in all, or a good million.
const invariant = { runs: full ? 2_100 : 40, depth: 250, failOnRevert: true };

// Coverage instruments what it compiles, so it builds in a folder of its own.
const build = process.env.COMPUTERWA_CONTRACTS_BUILD ?? ".";

export default defineConfig({
  plugins: [hardhatEthers],
  solidity: {
    splitTestsCompilation: true,
    compilers: [{ ...compiler, settings: { optimizer, viaIR: true, evmVersion: "cancun" } }],
    overrides: Object.fromEntries(tests.map((file) => [`tests/contracts/${file}`, testSettings])),
  },
  paths: {
    sources: "./contracts",
    tests: { solidity: "./tests/contracts" },
    artifacts: `${build}/artifacts/contracts`,
    cache: `${build}/cache`,
  },
  networks: { default: chain, node: chain },
  test: { solidity: { fuzz, invariant } },
});
