// Signs with a development chain's public accounts. See sign.sh.
import { readFileSync } from "node:fs";
import { HDNodeWallet, JsonRpcProvider, TypedDataEncoder, getBytes, isHexString } from "ethers";

const developmentChain = 31337n;
const phrase = "test test test test test test test test test test test junk";
const usage = `usage: ./scripts/sign.sh address <account>
       ./scripts/sign.sh message <account> 0x<bytes>          EIP-191, over the bytes
       ./scripts/sign.sh typed-data <account> < typed-data.json   EIP-712; takes {domain,types,primaryType,message} or an
                                                              answer of the API that holds it as typedData
<account> is 0 to 19 of the public mnemonic "test test … junk". The chain is COMPUTERWA_RPC, or 127.0.0.1 and COMPUTERWA_RPC_PORT, or 8545.`;

function fail(message) {
  console.error(`sign: ${message}`);
  process.exit(1);
}

async function refuseOtherChains() {
  const url = process.env.COMPUTERWA_RPC ?? `http://127.0.0.1:${process.env.COMPUTERWA_RPC_PORT ?? 8545}`;
  const provider = new JsonRpcProvider(url, undefined, { staticNetwork: true });
  const chain = BigInt(await provider.send("eth_chainId", []).catch(() => fail(`no chain answers at ${url}`)));
  provider.destroy();
  if (chain !== developmentChain)
    fail(`these keys are public: refused on chain ${chain}, only chain ${developmentChain} will do`);
}

const signers = {
  address: (wallet) => wallet.address,
  message: (wallet) => {
    if (!isHexString(given)) fail("a message is 0x and hex digits");
    return wallet.signMessage(getBytes(given));
  },
  "typed-data": (wallet) => {
    const { domain, types, message, primaryType } = read();
    if (domain?.chainId !== undefined && BigInt(domain.chainId) !== developmentChain)
      fail(`the typed data is for chain ${domain.chainId}`);
    const { EIP712Domain: _, ...structs } = types;
    const primary = TypedDataEncoder.from(structs).primaryType;
    if (primaryType && primary !== primaryType) fail(`primaryType is ${primaryType}, the types say ${primary}`);
    return wallet.signTypedData(domain, structs, message);
  },
};

function read() {
  try {
    const json = JSON.parse(readFileSync(0, "utf8"));
    return json.typedData ?? json;
  } catch (error) {
    return fail(`standard input is no JSON: ${error.message}`);
  }
}

const [command, index, given] = process.argv.slice(2);
if (!Object.hasOwn(signers, command ?? "") || !/^(1?[0-9])$/.test(index ?? "")) {
  console.error(usage);
  process.exit(2);
}
await refuseOtherChains();
console.log(await signers[command](HDNodeWallet.fromPhrase(phrase, "", `m/44'/60'/0'/0/${index}`)));
