import { createRequire } from "node:module";
import { defineConfig } from "hardhat/config";
import hardhatEthers from "@nomicfoundation/hardhat-ethers";

// The compiler is the npm package, so nothing is downloaded at build time.
const solc = createRequire(import.meta.url).resolve("solc/soljson.js");

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

export default defineConfig({
  plugins: [hardhatEthers],
  solidity: {
    compilers: [
      {
        version: "0.8.36",
        path: solc,
        settings: { optimizer: { enabled: true, runs: 200 }, viaIR: true, evmVersion: "cancun" },
      },
    ],
  },
  paths: {
    sources: "./contracts",
    tests: { solidity: "./contracts/test" },
    artifacts: "./artifacts/contracts",
    cache: "./cache",
  },
  networks: { default: chain, node: chain },
  test: { solidity: { fuzz: { runs: 256, seed: "0x1" }, invariant: { runs: 32, depth: 64 } } },
});
