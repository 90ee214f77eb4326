// Makes a new account that pays the API's gas on a development chain and writes its key to a file that only its owner reads.
// node scripts/operator.mjs --rpc http://127.0.0.1:8545 --out .run/operator.key
import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { JsonRpcProvider, Wallet, parseEther, toQuantity } from "ethers";

const { values: options } = parseArgs({
  options: { rpc: { type: "string", default: "http://127.0.0.1:8545" }, out: { type: "string" } },
});
if (!options.out) throw new Error("--out <file> is required");

// A key with a leading zero byte is refused by some signers; one in 256 is.
let wallet = Wallet.createRandom();
while (wallet.privateKey.startsWith("0x00")) wallet = Wallet.createRandom();

const provider = new JsonRpcProvider(options.rpc, undefined, { staticNetwork: true });
await provider.send("hardhat_setBalance", [wallet.address, toQuantity(parseEther("1000"))]);
writeFileSync(options.out, wallet.privateKey, { mode: 0o600 });
console.log(`${wallet.address} pays the gas`);
provider.destroy();
