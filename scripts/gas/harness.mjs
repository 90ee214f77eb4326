// One fresh chain for everything that is measured: the same parties, keys, compiler and clock for us and for our peers.
import { ContractFactory, Wallet, id as hash } from "ethers";
import hre from "hardhat";
import { genesis } from "../../hardhat.config.js";

export const day = 86_400;

/** A chain with its parties. Keys are hashes of names, so that every run has the same addresses and calldata. */
export async function open(options = {}) {
  // A fixed start: epoch numbers are calldata, and cost by their bytes.
  const connection = await hre.network.connect({ network: "default", override: { initialDate: genesis, ...options } });
  const { ethers } = connection;
  const [owner] = await ethers.getSigners();
  const party = (name) => new Wallet(hash(`computerwa gas ${name}`), ethers.provider);
  const names = ["provider", "lessee", "holder", "newcomer", "relayer"];
  const parties = Object.fromEntries(names.map((name) => [name, party(name)]));
  for (const p of Object.values(parties))
    await (await owner.sendTransaction({ to: p.address, value: 10n ** 18n })).wait();

  async function deployArtifact({ abi, bytecode }, ...args) {
    const contract = await new ContractFactory(abi, bytecode, owner).deploy(...args);
    await contract.waitForDeployment();
    return contract;
  }
  return {
    ...parties,
    owner,
    party,
    chain: ethers.provider,
    deployArtifact,
    deploy: async (name, ...args) => deployArtifact(await hre.artifacts.readArtifact(name), ...args),
    now: async () => (await ethers.provider.getBlock("latest")).timestamp,
    rpc: (method, ...params) => connection.provider.request({ method, params }),
    close: () => connection.close(),
  };
}

/** Gas of a transaction, from its receipt: intrinsic gas, calldata and cold access included. */
export const gas = async (transaction) => Number((await (await transaction).wait()).gasUsed);
